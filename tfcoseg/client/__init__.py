"""Asking a server: TensorFlow Serving, or `tfcoseg serve`. Imports no TensorFlow."""

from tfcoseg.client.client import Client as Client
from tfcoseg.client.client import Question as Question
from tfcoseg.client.errors import RequestError as RequestError
from tfcoseg.client.load_test import LoadReport as LoadReport
from tfcoseg.client.load_test import run_load_test as run_load_test

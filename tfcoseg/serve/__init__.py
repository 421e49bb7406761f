"""A server for development that answers as TensorFlow Serving's REST API does.

It is meant for one machine and its user, to try an export and a client without Docker;
not for production, where TensorFlow Serving itself belongs.
"""

from tfcoseg.serve.limits import Limits as Limits
from tfcoseg.serve.server import DevelopmentServer as DevelopmentServer

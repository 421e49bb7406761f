"""The messages of TensorFlow Serving's gRPC, from arrays to bytes and back.

Its own Python package imports all of TensorFlow: seconds, and hundreds of megabytes.
The few messages that are needed are declared here instead, with the numbers and types
that their bytes have on the wire. Needs `protobuf`, which comes with TensorFlow.
"""

from tfcoseg.messages.predict import PredictRequest as PredictRequest
from tfcoseg.messages.predict import decode_predict_request as decode_predict_request
from tfcoseg.messages.predict import decode_predict_response as decode_predict_response
from tfcoseg.messages.predict import decode_prediction_log as decode_prediction_log
from tfcoseg.messages.predict import encode_predict_request as encode_predict_request
from tfcoseg.messages.predict import encode_predict_response as encode_predict_response
from tfcoseg.messages.predict import encode_prediction_log as encode_prediction_log

# An image with nothing but an exported model, for the init container. Build it in the
# folder that holds models/, and number its tag:
#
#   docker build --file kubernetes/model.Dockerfile --tag coseg-model:1 .
FROM busybox:1.37.0
COPY models/coseg /models/coseg

"""The border: the names and sizes that every way into the package shares.

Each tensor that leaves the process (model inputs and outputs, exported signatures, REST
and gRPC fields) bears one of these names. Nothing here imports TensorFlow.
"""

IMAGE_A, IMAGE_B = "image_a", "image_b"
MASK_A, MASK_B = "mask_a", "mask_b"
SCORE_A, SCORE_B = "score_a", "score_b"

# Height and width, in pixels, of the square that people's pictures are resized to
# before the network sees them. The network itself runs at any size.
WORKING_SIZE = 321

# Height and width, in pixels, of the paper's training images: 32 * 16 + 1.
TRAINING_SIZE = 513

# The value of a mask's pixel that is neither object nor background, and counts nowhere.
VOID = 255

# A picture whose header announces more pixels is refused before it is decoded.
MAX_PIXELS = 100_000_000

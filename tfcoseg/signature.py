"""The border: the names and sizes that every way into the package shares.

Each tensor that leaves the process (model inputs and outputs, exported signatures, REST
and gRPC fields) bears one of these names. Nothing here imports TensorFlow.
"""

IMAGE_A, IMAGE_B = "image_a", "image_b"
MASK_A, MASK_B = "mask_a", "mask_b"
SCORE_A, SCORE_B = "score_a", "score_b"

# Optional inputs: masks of the object, where they are known beforehand. One that is all
# ones, with nothing outside the object, counts as absent.
REFERENCE_A, REFERENCE_B = "reference_a", "reference_b"

# The signatures of an exported model: pixels in, run at the size they have; encoded
# pictures (JPEG, PNG, BMP) in and encoded masks out, each at its own size; and the
# stages, for catalogues and groups.
SERVING_DEFAULT, SERVE_BYTES = "serving_default", "serve_bytes"
ENCODE, REFER, CORRELATE = "encode", "refer", "correlate"
DECODE, VERIFY = "decode", "verify"
# The same for a group of encoded pictures at once.
SERVE_GROUP_BYTES = "serve_group_bytes"
IMAGES, MASKS_BYTES = "images", "masks_bytes"
SCORES = "scores"

# Encoded masks: 8-bit grey PNG of probability x 255. The ending makes REST servers send
# them in base 64.
MASK_A_BYTES, MASK_B_BYTES = "mask_a_bytes", "mask_b_bytes"

# What the stages pass on. `encode` also gives "skip_1", "skip_2", ...: finer maps.
IMAGE, FEATURES, EMBEDDING, KERNEL = "image", "features", "embedding", "kernel"
DESCRIPTORS, AFFINITY = "descriptors", "affinity"
# Descriptors of the partners, and masks of the object in them.
PARTNERS, PARTNER_WEIGHTS = "partners", "partner_weights"
REFERENCE = "reference"
CORRELATION, SIZE, MASK = "correlation", "size", "mask"
# What verification compares: the descriptor of what a mask covers, or several of them.
OBJECT, OBJECTS_A, OBJECTS_B = "object", "objects_a", "objects_b"
MIN_SCORE = "min_score"

# Height and width, in pixels, of the square that people's pictures are resized to
# before the network sees them. The network itself runs at any size.
WORKING_SIZE = 321

# Height and width, in pixels, of the paper's training images: 32 * 16 + 1.
TRAINING_SIZE = 513

# The value of a mask's pixel that is neither object nor background, and counts nowhere.
VOID = 255

# A picture whose header announces more pixels is refused before it is decoded.
MAX_PIXELS = 100_000_000

# A server is asked by strangers: it refuses more than this unless told otherwise.
MAX_SERVED_PIXELS = 50_000_000

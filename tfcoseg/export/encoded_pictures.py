"""Encoded pictures in, encoded masks out, as TensorFlow graphs.

The rules are those of `tfcoseg.pictures`, as far as TensorFlow's decoders know them: an
alpha channel is dropped. But of 16 bits the high byte is kept, and neither the EXIF
orientation nor a colour profile is looked at; `tfcoseg.client` does that first.

Sizes are read from headers, and are those that the decoders will use. The scans of a
JPEG, each of which passes over the whole picture, are counted. Not guarded are the
compressed texts of a PNG, which its decoder bounds itself.
"""

import tensorflow as tf

# So many pictures of a request are decoded, or masks encoded, at once: memory at full
# size is needed for these only, however many there are.
_AT_ONCE = 2

# What a file begins with. Only formats whose header tells the decoded size are read.
_JPEG, _PNG, _BMP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"

# A progressive JPEG has ten scans or so; thousands would fit into a small file.
_SCAN, _MOST_SCANS = b"\xff\xda", 100


def decode_pictures(contents, working_size, max_pixels):
    """Decodes pictures and squeezes them to squares, bilinear and antialiased.

    Args:
        contents: string tensor (n,), each a JPEG, PNG or BMP file.
        working_size: side of the squares, in pixels.
        max_pixels: a picture whose header announces more is refused undecoded.

    Returns:
        Float32 tensor (n, working_size, working_size, 3), RGB, whole numbers of 0..255;
        and int32 tensor (n, 2), the height and width that each picture has.

    Raises:
        tf.errors.InvalidArgumentError: where the graph runs, if a picture is too large,
            damaged, or of another format.
    """

    def decode(content):
        picture = decode_picture(content, max_pixels)
        size = tf.shape(picture)[:2]
        # As Pillow does, so that the network sees what it sees outside of graphs: first
        # the width, then the height, in whole numbers each.
        for part in ((size[0], working_size), (working_size, working_size)):
            resized = tf.image.resize(picture, part, "bilinear", antialias=True)
            picture = tf.round(resized)
        return picture, size

    shapes = (working_size, working_size, 3), (2,)
    specs = tuple(map(tf.TensorSpec, shapes, (tf.float32, tf.int32)))
    return tf.map_fn(
        decode, contents, fn_output_signature=specs, parallel_iterations=_AT_ONCE
    )


def decode_picture(content, max_pixels):
    """One file, a string tensor of no dimension, as uint8 RGB (height, width, 3)."""
    formats = {_JPEG: _decode_jpeg, _PNG: tf.io.decode_png, _BMP: _decode_bmp}
    sizes = {_JPEG: _size_of_jpeg, _PNG: _size_of_png, _BMP: _size_of_bmp}
    known = [tf.strings.substr(content, 0, len(m)) == m for m in formats]
    refused = "Expected an encoded JPEG, PNG or BMP picture. Received: other bytes"
    with tf.control_dependencies([tf.Assert(tf.reduce_any(known), [refused])]):
        content = tf.identity(content)
        number = tf.argmax(known, output_type=tf.int32)
    size = tf.switch_case(number, [lambda f=f: f(content) for f in sizes.values()])
    with tf.control_dependencies([_within_limit(size, max_pixels)]):
        content = tf.identity(content)
    picture = tf.switch_case(
        number, [lambda f=f: f(content, channels=3) for f in formats.values()]
    )
    return tf.ensure_shape(picture, (None, None, 3))


def encode_masks(probabilities, sizes):
    """Soft masks at the pictures' own sizes, as PNG.

    Args:
        probabilities: float32 tensor (n, height, width, 1), 0..1.
        sizes: int32 tensor (n, 2), height and width of each result.

    Returns:
        String tensor (n,): 8-bit grey PNGs of probability x 255.
    """

    def encode(row):
        probability, size = row
        resized = tf.image.resize(probability, size, "bilinear", antialias=True)
        grey = tf.round(255.0 * tf.clip_by_value(resized, 0.0, 1.0))
        return tf.io.encode_png(tf.cast(grey, tf.uint8))

    spec = tf.TensorSpec((), tf.string)
    rows = (probabilities, sizes)
    return tf.map_fn(
        encode, rows, fn_output_signature=spec, parallel_iterations=_AT_ONCE
    )


def _within_limit(size, max_pixels):
    message = tf.strings.join(
        [
            f"A picture may have at most {max_pixels} pixels; make it smaller first. "
            "Received: ",
            tf.strings.as_string(size[1]),
            " x ",
            tf.strings.as_string(size[0]),
        ]
    )
    return tf.Assert(size[0] * size[1] <= max_pixels, [message])


def _decode_jpeg(content, channels):
    """Exactly, as Pillow decodes; TensorFlow's default is faster and less exact."""
    # Within a picture's data these two bytes begin a scan and nothing else.
    scans = tf.size(tf.strings.split([content], _SCAN).values) - 1
    refused = f"A JPEG picture may have at most {_MOST_SCANS} scans. Received: "
    message = tf.strings.join([refused, tf.strings.as_string(scans)])
    with tf.control_dependencies([tf.Assert(scans <= _MOST_SCANS, [message])]):
        content = tf.identity(content)
    return tf.io.decode_jpeg(content, channels, dct_method="INTEGER_ACCURATE")


def _decode_bmp(content, channels):
    """Of 24 or 32 bits; the decoder would take the indices of a palette for grey."""
    bits = _number(content, 28, little=True) % 2**16
    refused = (
        "A BMP picture must have 24 or 32 bits per pixel; save it as PNG. Received: "
    )
    message = tf.strings.join([refused, tf.strings.as_string(bits)])
    known = tf.logical_or(bits == 24, bits == 32)
    with tf.control_dependencies([tf.Assert(known, [message])]):
        return tf.io.decode_bmp(tf.identity(content))[..., :channels]


def _size_of_jpeg(content):
    return tf.cast(tf.image.extract_jpeg_shape(content)[:2], tf.int64)


def _size_of_png(content):
    """The first chunk is the header; after its name stand width and height."""
    width, height = (_number(content, start, little=False) for start in (16, 20))
    return tf.stack([height, width])


def _size_of_bmp(content):
    """A negative height means that the rows come from the top."""
    width, height = (_number(content, start, little=True) for start in (18, 22))
    height = tf.where(height < 2**31, height, 2**32 - height)
    return tf.stack([height, width])


def _number(content, start, little):
    """The unsigned number in four bytes of a file; bytes that are missing are 0."""
    padded = tf.strings.join([content, b"\0" * (start + 4)])
    digits = tf.io.decode_raw(tf.strings.substr(padded, start, 4), tf.uint8)
    places = [256**place for place in (range(4) if little else range(3, -1, -1))]
    return tf.reduce_sum(tf.cast(digits, tf.int64) * places)

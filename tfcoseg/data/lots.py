"""Random order without a generator's state: each thing draws a lot of its own."""

import hashlib


def lot(*key: object) -> bytes:
    """What is drawn for a key: the same ever after, on every machine.

    Sorting by lots gives a random order in which two things stand the same way round
    whatever other things there are. So what is drawn for one picture depends neither
    on the order of the groups nor on which other groups there are.

    Args:
        key: numbers and texts, such as a seed, a group and a picture's name.
    """
    text = "\0".join(map(str, key))
    # Names of files need not be text; Python keeps their odd bytes as surrogates.
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()

"""Names of files as people may read them, whatever bytes they are made of."""


def is_text(name: str) -> bool:
    """Whether a name, as Python reads it from the disk, is UTF-8 there."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(text: str) -> str:
    """The text on one line that any terminal and any file takes.

    What cannot be printed becomes an escape, such as the line break of a name, or a
    byte that is not UTF-8, which Python keeps as a surrogate: "caf\\xe9.jpg".
    """
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char):
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")

"""TensorFlow's errors in one sentence, without what only its authors can read."""

import re

# The first of several causes; what op, node and function an error came from.
_ROOTS = re.compile(r"\d+ root error\(s\) found\.\s*\(0\) [\w ]+:\s+")
_TRACE = re.compile(r"Graph execution error|Detected at node|<stack traces|\s|$")
_TAGS = re.compile(r"\{\{\w+ [^}]*\}\}|\[\[[^\]]*\]\]|\[Op:[^\]]*\](?: name: ?)?")
_ASSERTION = re.compile(r"assertion failed: \[(.*?)\](?=[ .]|$)(?:.*)")
_PATH = re.compile(r"(?<![\w.])(?:/[\w.+-]+){2,}/?")

# A client has no use for more.
_LONGEST = 300


def one_sentence(message: str) -> str:
    """Returns the part of an error's message that tells a client what is wrong."""
    text = _ROOTS.sub("", message.strip())
    text = _TAGS.sub("", text).lstrip()
    lines = (line for line in text.splitlines() if not _TRACE.match(line))
    text = next(lines, "")
    text = _ASSERTION.sub(r"\1", text)
    text = _PATH.sub("a file", text)
    text = " ".join(text.split()).strip(" :;,")
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rpartition(" ")[0] + " ..."
    return text or "the cause is not known"

"""Text that every table, document and terminal takes."""

import re

_LINE_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Text that every table, document and terminal takes.

    Line ends are line feeds; control characters and lone surrogates become U+FFFD.
    """
    if text.isprintable():
        return text
    return _CONTROL.sub("\ufffd", _LINE_ENDS.sub("\n", text))

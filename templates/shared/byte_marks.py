"""Byte order marks: the encoding that a file says by its first bytes.

https://www.unicode.org/faq/utf_bom.html
"""

import codecs

BYTE_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # begins as the mark of UTF-16 does
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Encodings by their marks, the longest first."""


def encoding_by_mark(content: bytes) -> str:
    """Return the encoding that bytes begin with the mark of; empty without one."""
    found = (name for mark, name in BYTE_MARKS.items() if content.startswith(mark))
    return next(found, "")

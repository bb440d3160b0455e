"""Decoding: the bytes of a file to text that libyaml can read."""

from __future__ import annotations

import re

from mlpgen.diagnostics.diagnostic import Diagnostic, Place, Span, SpecError
from mlpgen.source.document import place_of

LARGEST_FILE = 2**20

BREAK = re.compile("\r\n|\r|\n")
"""The line breaks of YAML 1.2 and editors."""
MARK = b"\xef\xbb\xbf"
"""The byte order mark, which may stand before UTF-8."""
# The complement of what YAML allows, which takes 3 ms to compile.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|\ufffe|\uffff")
_YAML_1_1_BREAK = re.compile("[\x85\u2028\u2029]")


def lines_of(text: str) -> list[str]:
    """Split a text into lines like YAML 1.2 and editors."""
    return BREAK.split(text)


def decode(data: bytes, name: str) -> str:
    """Decode UTF-8.

    Raises:
        SpecError: The file is too large, or has characters that YAML does not allow.
    """
    if len(data) > LARGEST_FILE:
        message = f"`{name}` is larger than 1 MiB, the maximum for a spec"
        raise SpecError([Diagnostic("MG003", message)])
    data = data.removeprefix(MARK)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = place_at(
            data[: error.start].decode(), data.decode(errors="replace"), name
        )
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        hint = f"save the file as UTF-8{', not as UTF-16' if utf16 else ''}"
        raise SpecError([Diagnostic("MG002", message, place, help=hint)]) from None
    wrong = _FORBIDDEN.search(text)
    if wrong:
        place = place_at(text[: wrong.start()], text, name)
        message = f"the character U+{ord(wrong[0]):04X} is not allowed"
        raise SpecError([Diagnostic("MG108", message, place)])
    return text


def spares(text: str) -> dict[int, str]:
    """Map the line breaks of YAML 1.1 only to characters that are not in the text."""
    if not _YAML_1_1_BREAK.search(text):
        return {}
    used = set(text)
    unused = (chr(code) for code in range(0xE000, 0x10FFFE) if chr(code) not in used)
    allowed = (
        char for char in unused if not _FORBIDDEN.match(char) and char != "\ufeff"
    )
    return dict(zip((0x85, 0x2028, 0x2029), allowed, strict=False))


def place_at(before: str, text: str, name: str) -> Place:
    """Return the place of the character after the text `before`."""
    lines = lines_of(before)
    row, column = len(lines), len(lines[-1]) + 1
    return place_of(name, lines_of(text), Span(row, column, row, column + 1))

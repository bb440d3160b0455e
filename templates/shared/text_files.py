"""Texts in files: which are some, their encoding, and the ends of their lines."""

import re
from pathlib import Path

from byte_marks import encoding_by_mark
from data_common import DataError
from data_files import FileKind
from file_errors import readable

TEXTS = FileKind("texts", (".txt", ".md", ".text", ""))
"""Files with one text each; many collections have names without an ending."""
HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, which is none: it cannot be written, or printed."""
END = "\n"
"""The end of a line, the only one: other signs may end one for people."""


def read_text(path: Path, encoding: str = "") -> str:
    r"""Read a text; all its lines end with \n.

    Args:
        path: The file.
        encoding: Without it, what the file begins with decides, else UTF-8.

    Raises:
        DataError: It is not a text.
    """
    if path.is_dir():
        raise DataError(
            f"{path} is a folder, not a text; a model that tells folders of texts "
            "apart ends with one value for each"
        )
    with readable(path, "is no text"):
        content = path.read_bytes()
    text = decoded(content, path, encoding or encoding_by_mark(content) or "utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes, path: Path, encoding: str) -> str:
    """Decode what is in a file; say where it is not a text of this encoding."""
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = content.count(b"\n", 0, start) + 1
        found = f"byte 0x{content[start]:02x}" if start < len(content) else "its end"
        other = "its `encoding`" if encoding != "utf-8" else "`encoding: cp1252`"
        raise DataError(
            f"{path} is no text in {encoding.upper()} ({found} in line {line}): save "
            f"it as UTF-8, or name another encoding, such as {other}"
        ) from None
    except LookupError:
        raise DataError(f"there is no encoding {encoding!r}") from None
    if half := HALF.search(text):
        line = text.count("\n", 0, half.start()) + 1
        raise DataError(
            f"{path} is no text in {encoding.upper()} (half a character in line "
            f"{line}): write another `encoding`"
        )
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        many = 4 * text.count("\0") > len(text)
        hint = "; it may be UTF-16: write `encoding: utf-16`" if many else ""
        raise DataError(f"{path} is no text: it has NUL bytes, in line {line}{hint}")
    return text.removeprefix("\ufeff")

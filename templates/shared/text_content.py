"""What is in files of text: their encoding, and the ends of their lines.

This module needs no torch.
"""

import re
from pathlib import Path

from byte_marks import encoding_by_mark

TEXT_ENDINGS = (".txt", ".md", ".text", "")
"""Of files with one text each; many collections have names without an ending."""
HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, which is none: it cannot be written, or printed."""
END = "\n"
"""The end of a line, the only one: other signs may end one for people."""


class TextError(ValueError):
    """Why a file is no text.

    Attributes:
        said: What it is, in one line.
        advice: What mends it, if something does.
    """

    def __init__(self, said: str, advice: str = "") -> None:
        super().__init__(f"{said}: {advice}" if advice else said)
        self.said, self.advice = said, advice


def content_of(path: Path, encoding: str = "") -> str:
    r"""Read a text; all its lines end with \n.

    Args:
        path: The file.
        encoding: Without it, what the file begins with decides, else UTF-8.

    Raises:
        TextError: It is not a text.
    """
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
        raise TextError(
            f"{path} is no text in {encoding.upper()} ({found} in line {line})",
            f"save it as UTF-8, or name another encoding, such as {other}",
        ) from None
    except LookupError:
        raise TextError(f"there is no encoding {encoding!r}") from None
    if half := HALF.search(text):
        line = text.count("\n", 0, half.start()) + 1
        raise TextError(
            f"{path} is no text in {encoding.upper()} (half a character in line "
            f"{line})",
            "write another `encoding`",
        )
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        many = 4 * text.count("\0") > len(text)
        hint = "write `encoding: utf-16` if it is UTF-16" if many else ""
        raise TextError(f"{path} is no text: it has NUL bytes, in line {line}", hint)
    return text.removeprefix("\ufeff")

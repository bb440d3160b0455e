"""The text of tables: its encoding, and what separates its columns.

This module needs nothing but Python.
"""

import csv
import io
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from byte_marks import encoding_by_mark

SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
"""What columns may be separated by if nobody says it, and its name."""
OTHERS = {
    b"PK\x03\x04": "an Excel or zip file",
    b"\x1f\x8b": "a gzip file",
    b"PAR1": "a Parquet file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x93NUMPY": "an array",
    b"%PDF": "a PDF file",
}
"""What files of other kinds begin with."""


class TableError(ValueError):
    """Why a file cannot be used as a table, and what to do, in one line."""


def in_utf8(path: Path, encoding: str) -> tuple[bytes, str, list[str]]:
    """Read a file as UTF-8 with plain line ends; name its encoding, and say it.

    Raises:
        TableError: It is no text, or one of several encodings.
    """
    raw = path.read_bytes()
    for start, kind in OTHERS.items():
        if raw.startswith(start):
            raise TableError(f"{path} is no table, but {kind}: save it as CSV")
    mark = encoding_by_mark(raw)
    used = encoding or mark or guessed(raw)
    notes = [] if encoding or not used else [f"it is read as {used}"]
    if mark and encoding and not same_encoding(encoding, mark):
        raise TableError(f"{path} begins as {mark} does, not as `{encoding}`")
    if used in ("", "utf-8-sig"):
        content = raw.removeprefix(b"\xef\xbb\xbf")
    else:
        content = recoded(path, raw, used)
    del raw
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise TableError(f"{path} is no table: it has NUL bytes, first in line {line}")
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content.strip(b"\n"), used, notes


def same_encoding(one: str, mark: str) -> bool:
    """Tell whether a file with a mark may be of an encoding: utf_16_le is UTF-16."""
    family = mark.removesuffix("-sig").replace("-", "")
    return one.lower().replace("-", "").replace("_", "").startswith(family)


def guessed(raw: bytes) -> str:
    """Guess the encoding of a file without a mark; empty for UTF-8.

    Text in UTF-16 has zeros at every other byte; what is neither that nor UTF-8 is
    mostly of Windows.
    """
    start = raw[:1000]
    zeros = start[0::2].count(0), start[1::2].count(0)
    if max(zeros) > len(start) / 4 and min(zeros) < len(start) / 50:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return "" if is_utf8(raw) else "cp1252"


def is_utf8(raw: bytes) -> bool:
    """Tell whether bytes are UTF-8, without a copy of all of them."""
    if raw.isascii():
        return True
    try:
        for line in io.BytesIO(raw):
            line.decode()
    except UnicodeDecodeError:
        return False
    return True


def recoded(path: Path, raw: bytes, encoding: str) -> bytes:
    """Bring a text from its encoding to UTF-8."""
    if encoding == "cp1252":
        refuse_mixture(path, raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        said = f"{path} is no table in {encoding}: byte 0x{raw[error.start]:02x}"
        raise TableError(f"{said} in line {line}; `encoding` names another") from None
    return text.removeprefix("\ufeff").encode("utf-8", "replace")


def refuse_mixture(path: Path, raw: bytes) -> None:
    """Refuse a file some of whose lines are UTF-8, and some of another encoding.

    Raises:
        TableError: It is one.
    """
    unlike: list[int] = []
    alike: list[int] = []
    for number, line in enumerate(io.BytesIO(raw), 1):
        if not line.isascii():
            (alike if is_utf8(line) else unlike).append(number)
    if alike and unlike:
        said = f"line {alike[0]} is UTF-8, line {unlike[0]} is not"
        raise TableError(
            f"{path} mixes encodings: {said}; save it as UTF-8, or write its `encoding`"
        )


def found_separator(content: bytes, said: str) -> tuple[str, bytes]:
    """Find what separates columns: it makes the most of them, in each of the lines.

    Excel writes it into a line of its own, such as `sep=;`.
    """
    first = content[: content.find(b"\n") + 1].strip().lower()
    if first.startswith(b"sep=") and len(first) <= len(b"sep=;"):
        content = content[content.find(b"\n") + 1 :]
        return said or first[4:].decode() or "\t", content
    if said:
        return said, content
    start = content[:100_000]
    start = start[: start.rfind(b"\n") + 1] or start
    best, most = ",", (False, 1)
    for separator in (*SEPARATORS, " "):
        rows = islice(rows_of(start, separator), 20)
        widths = [len(row) for row in rows if row] or [1]
        score = len({*widths}) == 1 and widths[0] > 1, widths[0]
        if score > most and (separator != " " or score[0] > most[0]):
            best, most = separator, score
    return best, content


def rows_of(
    content: bytes, separator: str, *, strict: bool = False
) -> Iterator[list[str]]:
    """Yield rows as the module csv reads them."""
    csv.field_size_limit(sys.maxsize)
    lines = io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")
    return csv.reader(lines, delimiter=separator, strict=strict)

"""The text of tables: its encoding, and what separates its columns.

This module needs nothing but Python.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from byte_marks import encoding_by_mark
from data_folders import is_no_file

SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
"""What columns may be separated by if nobody says it, and its name."""
MISSING = (
    *("", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "Null", "None"),
    *("none", "<NA>", "#N/A", "?", "-", "--", "."),
)
"""What stands for a missing number or date."""
NO_CATEGORY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "<NA>", "#N/A")
"""What stands for a missing category; other words of `MISSING` may be one."""
LARGEST = 2**31 - 1
"""The most characters of one value."""
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


class Content(NamedTuple):
    """The text of a table.

    Attributes:
        path: The file.
        text: In UTF-8 with plain ends of lines; its first line is not empty.
        separator: What is between columns.
        encoding: Of the file, if it is not UTF-8.
        above: How many lines of the file are above the text.
        notes: What was found out of that, a line each.
    """

    path: Path
    text: bytes
    separator: str
    encoding: str
    above: int
    notes: list[str]


def open_table(
    path: Path, separator: str = "", encoding: str = "", names: Sequence[str] = ()
) -> Content:
    """Read the text of a table.

    Args:
        path: The file.
        separator: What is between columns; found out if it is empty.
        encoding: Of the file; found out if it is empty.
        names: Columns that should be there.

    Raises:
        TableError: It is no text, or one of several encodings.
    """
    lines, used, notes = in_utf8(path, encoding)
    content = lines.lstrip(b"\n")
    said, content = said_separator(content)
    content = content.lstrip(b"\n")
    above = lines[: len(lines) - len(content)].count(b"\n")
    found = separator or said or found_separator(content, names)
    if found != "," and not separator:
        notes.append(f"{SEPARATORS.get(found, 'a space')} separates columns")
    return Content(path, content, found, used, above, notes)


def in_utf8(path: Path, encoding: str) -> tuple[bytes, str, list[str]]:
    """Read a file as UTF-8 with plain line ends; name its encoding, and say it.

    Raises:
        TableError: It is no text, or one of several encodings.
    """
    if is_no_file(path):
        raise TableError(f"{path} is neither a file nor a folder")
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
    if content.endswith(b"\n\n"):  # one alone stays, which saves a copy of the text
        content = content.rstrip(b"\n")
    return content, used, notes


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
    try:
        return text.removeprefix("\ufeff").encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        said = f"{path} is no table in {encoding}: line {line} has half a character"
        raise TableError(f"{said}; `encoding` names another") from None


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


def said_separator(content: bytes) -> tuple[str, bytes]:
    """Return what separates columns as Excel writes it above them, and the rest.

    It is a line such as `sep=;`.
    """
    first = content[: content.find(b"\n") + 1].strip().lower()
    if not first.startswith(b"sep=") or len(first) > len(b"sep=;"):
        return "", content
    return first[4:].decode() or "\t", content[content.find(b"\n") + 1 :]


def found_separator(content: bytes, names: Sequence[str]) -> str:
    """Find what separates columns.

    It makes columns of the names that should be there, the same number in each of the
    lines, and the most of them. A space, which is in many texts, must make such names.
    """
    start = content[:100_000]
    start = start[: start.rfind(b"\n") + 1] or start
    best, most = ",", (0, False, 1)
    for separator in (*SEPARATORS, " "):
        rows = [row for row in islice(as_csv_rows(start, separator), 20) if row]
        header = {each.strip() for row in rows[:1] for each in row}
        width = len(rows[0]) if rows else 1
        same = width > 1 and all(len(row) == width for row in rows)
        score = sum(name in header for name in names), same, width
        if score > most and (separator != " " or score[0] > most[0]):
            best, most = separator, score
    return best


def as_csv_rows(text: bytes, separator: str) -> Iterator[list[str]]:
    """Yield rows as the module csv reads them, whatever is in them."""
    csv.field_size_limit(LARGEST)
    return csv.reader(lines_of(text), delimiter=separator)


def lines_of(text: bytes) -> io.TextIOWrapper:
    """Open a text for the module csv."""
    return io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")


def rows_of(content: Content) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins in; one without values is empty.

    Raises:
        TableError: A quote is at another place than around a value.
    """
    csv.field_size_limit(LARGEST)
    rows = csv.reader(lines_of(content.text), delimiter=content.separator, strict=True)
    start = 1
    try:
        for row in rows:
            yield content.above + start, row if any(map(str.strip, row)) else []
            start = rows.line_num + 1
    except csv.Error as error:
        cut = "unexpected end" in str(error)
        line = content.above + (start if cut else rows.line_num)
        said = "a quote is not closed" if cut else error
        raise TableError(f"{content.path} is no table: line {line}: {said}") from None


class NamedRows(NamedTuple):
    """The rows of a table below its line of names.

    Attributes:
        header: The names of the columns.
        rows: The values of each row that is not empty.
        numbers: The places of these rows below the names, from 1; empty ones count.
        empty: How many more are empty.
    """

    header: list[str]
    rows: list[list[str]]
    numbers: list[int]
    empty: int


def named_rows(content: Content) -> NamedRows:
    """Return the names of the columns, and the rows below them.

    Raises:
        TableError: A row has more or fewer values.
    """
    every = [*rows_of(content)]
    kept = [place for place, (_, row) in enumerate(every) if row]
    if not kept:
        raise TableError(f"{content.path} is empty")
    first, *numbers = kept
    header = every[first][1]
    for line, row in (every[place] for place in numbers):
        if len(row) != len(header):
            raise TableError(
                f"{content.path}, line {line}: it has {len(row)} values, the line of "
                f"names has {len(header)}; a text with {content.separator!r} in it "
                "stands in quotes"
            )
    return NamedRows(
        [each.strip() for each in header],
        [every[place][1] for place in numbers],
        [place - first for place in numbers],
        len(every) - len(kept),
    )

"""Numbers in the columns of tables: decimals, separated thousands, leading zeros.

This module needs no torch.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from table_series import evaluated

if TYPE_CHECKING:
    from polars import Series

GROUPS = r"'\u2019\s\u00a0\u202f"
"""What separates thousands beside a point or a comma; nothing else does it mean."""
CODE = r"^\s*0\d+\s*$"
"""A number that begins with a zero, as codes do."""
GROUPED = r"^(?:[+-]?(?:0|[1-9]\d{0,2}(?:\.\d{3})?))?$"
"""A whole number below a thousand, or with three digits behind a point."""
LOOKED_AT = 2**24
"""Bytes that say whether a number may be more than its value."""


class Doubt(NamedTuple):
    """Numbers such as 1.234, of which each may be a fraction or a group of thousands.

    Attributes:
        sign: The point, or the comma.
        mixed: Whether others are whole, and below a thousand.
        thousands: Whether others tell that they are thousands.
    """

    sign: str
    mixed: bool
    thousands: bool

    @property
    def other(self) -> str:
        """The other sign, which is the decimal if this one separates thousands."""
        return "," if self.sign == "." else "."

    def decimal(self, usual: str) -> str:
        """Decide what the decimal is; of the table it is the usual one."""
        return self.other if self.thousands else usual

    def note(self, decimal: str, usual: str, separator: str) -> str:
        """Say how they are read, and the line that changes it; empty if all are sure.

        A point in each value of a table with commas or tabs is the decimal, and one in
        a table whose decimal is the comma is none.
        """
        if self.sign == "." == decimal and not self.mixed and separator != ";":
            return ""
        if self.sign == "." and decimal == usual == ",":
            return "thousands are separated"
        ways = "be the decimal", "separate thousands"
        taken, else_ = ways if decimal == self.sign else ways[::-1]
        line = f'decimal: "{self.other if decimal == self.sign else self.sign}"'
        return f"`{self.sign}` is taken to {taken}, `{line}` lets it {else_}"


def doubt_of(given: "Series") -> Doubt | None:
    """Find out whether all numbers with a point, or a comma, can be two numbers.

    Args:
        given: Texts, null where a value is missing.
    """
    numbers = given.drop_nulls().str.strip_chars()
    numbers = numbers.filter(numbers.str.contains(r"^[+-]?\d[\d.,]*$"))
    for sign in ".,":
        some = numbers.str.contains(sign, literal=True)
        signed, whole = numbers.filter(some), numbers.filter(~some)
        group = rf"^[+-]?[1-9]\d{{0,2}}{re.escape(sign)}\d{{3}}$"
        if not len(signed) or not signed.str.contains(group).all():
            continue
        if whole.str.contains(r"^[+-]?(?:0|[1-9]\d{0,2})$").all():
            return Doubt(sign, len(whole) > 0, are_thousands(signed, whole))
    return None


def are_thousands(signed: "Series", whole: "Series") -> bool:
    """Tell whether numbers such as 1.234 are thousands, by the whole ones beside them.

    Nobody writes 950 and 2.130 if both are fractions; and 2.136 is nearer to 5, while
    2136 is nearer to 950.
    """
    import polars as pl

    if not len(whole):
        return False
    if signed.str.ends_with("0").any():
        return True
    sizes = [
        each.str.replace(r"[.,]", "").cast(pl.Float64).abs() for each in (signed, whole)
    ]
    middles = [each.filter(each > 0).median() for each in sizes]
    large, small = (float(each or 0) for each in middles)  # type: ignore[arg-type]
    return small**2 * 1000 > large**2


def code_in(given: "Series") -> str:
    """Return the first number that begins with a zero, as codes do; else nothing."""
    found = given.filter(given.str.contains(CODE))
    return str(found[0]).strip() if len(found) else ""


def has_cell(text: bytes, separator: str, pattern: str) -> bool:
    """Tell whether some cell of a table is of a pattern, by the first millions."""
    ends = rf'[\n" {re.escape(separator)}]'
    cell = rf"{ends}{pattern}(?={ends}|\Z)"
    return re.search(cell.encode(), text[:LOOKED_AT]) is not None


def doubtful(content: bytes, separator: str, first: Sequence["Series"]) -> set[int]:
    """Return the places of columns that may be more than numbers, by what is quick.

    Args:
        content: The text of the table.
        separator: What is between its columns.
        first: The texts of the first rows of each column.
    """
    found: set[int] = set()
    if has_cell(content, separator, r"0\d+"):
        found |= {*range(len(first))}
    elif b"." in content and has_cell(content, separator, r"[+-]?[1-9]\d{0,2}\.\d{3}"):
        found |= {
            place
            for place, each in enumerate(first)
            if each.str.strip_chars().str.contains(GROUPED).all()
        }
    return found


def few_digits(numbers: "Series") -> bool:
    """Tell whether all numbers have at most three digits behind the point."""
    if numbers.dtype.is_integer():
        return True
    scaled = numbers * 1000
    return bool(((scaled - scaled.round()).abs() < 1e-6).all())


def is_more(given: "Series", decimal: str) -> bool:
    """Tell whether texts are more than numbers: codes, or perhaps with thousands.

    Args:
        given: The texts.
        decimal: What precedes fractions, if somebody has said it.
    """
    return bool(code_in(given)) or (not decimal and doubt_of(given) is not None)


def read_numbers(given: "Series", decimal: str, groups: str = GROUPS) -> "Series":
    """Read texts as Float64; null where one is no number."""
    import polars as pl

    text = pl.col(given.name)
    if groups:
        other = "." if decimal == "," else ","
        rest = rf"(?:{re.escape(decimal)}\d*)?$"
        pattern = rf"^[+-]?[1-9]\d{{0,2}}(?:[{other}{groups}]\d{{3}})+{rest}"
        plain = text.str.replace_all(rf"[{other}{groups}]", "")
        text = pl.when(text.str.contains(pattern)).then(plain).otherwise(text)
    if decimal == ",":
        strange = text.str.contains(".", literal=True)
        text = pl.when(strange).then(None).otherwise(text.str.replace(",", "."))
    return evaluated(given, text.cast(pl.Float64, strict=False).fill_nan(None))

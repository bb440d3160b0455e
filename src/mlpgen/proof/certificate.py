"""The outcome of a proof, as text for people, as data and as annotations."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Status = Literal["holds", "unsupported", "fails", "unfinished"]


class Check(NamedTuple):
    """One thing that was checked.

    Attributes:
        name: What.
        status: Whether it holds, fails, or torch itself does not support it; or it did
            not come to its end in time.
        detail: A fact, or the first difference.
    """

    name: str
    status: Status
    detail: str


class Certificate(NamedTuple):
    """What was found out about one spec.

    Attributes:
        spec: Its path.
        name: The class.
        styles: The styles that were held against each other.
        torch: The version of torch.
        checks: In the order they were made.
    """

    spec: str
    name: str
    styles: tuple[str, ...]
    torch: str
    checks: tuple[Check, ...]

    @property
    def proved(self) -> bool:
        """Whether nothing fails, and all came to its end."""
        return bool(self.checks) and not self.failures and not self.unfinished

    @property
    def failures(self) -> tuple[Check, ...]:
        """What fails."""
        return tuple(each for each in self.checks if each.status == "fails")

    @property
    def unfinished(self) -> tuple[Check, ...]:
        """What did not come to its end in time."""
        return tuple(each for each in self.checks if each.status == "unfinished")

    def row(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        checks = [each._asdict() for each in self.checks]
        return self._asdict() | {"checks": checks, "proved": self.proved}


_MARKS: dict[Status, tuple[str, str, str]] = {
    "holds": ("✓", "+", "green"),
    "unsupported": ("–", "-", "yellow"),
    "fails": ("✗", "!", "red"),
    "unfinished": ("…", "~", "yellow"),
}


def mark(status: Status, *, unicode: bool) -> tuple[str, str]:
    """Return the mark of a check and its colour."""
    nice, plain, color = _MARKS[status]
    return nice if unicode else plain, color


def verdict(certificate: Certificate) -> str:
    """Return the last line: `proved`, how many checks fail, or what is not finished."""
    if certificate.unfinished and not certificate.failures:
        (last,) = certificate.unfinished
        return f"not finished: `{last.name}` and what comes behind it"
    if not certificate.proved:
        count, all_ = len(certificate.failures), len(certificate.checks)
        return f"not proved: {count} of {all_} checks fail"
    open_ = [each for each in certificate.checks if each.status == "unsupported"]
    unknown = sum(each.detail.startswith("not checked") for each in open_)
    left = len(open_) - unknown
    without = f", but for {left} that torch does not support" if left else ""
    without += f", but for {unknown} that could not be checked" if unknown else ""
    return f"proved{without}"

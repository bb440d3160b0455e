"""The result of a proof, as text and as data."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Status = Literal["holds", "unsupported", "fails", "unfinished"]


class Check(NamedTuple):
    """The result of one check.

    Attributes:
        name: The check.
        status: Whether it holds, fails, is not supported by torch, or did not finish in
            time.
        detail: A fact, or the first difference.
    """

    name: str
    status: Status
    detail: str


class Certificate(NamedTuple):
    """The result of the proof of one spec.

    Attributes:
        spec: Its path.
        name: The class of the model.
        styles: The styles that were compared.
        torch: The version of torch.
        checks: The checks, in order.
    """

    spec: str
    name: str
    styles: tuple[str, ...]
    torch: str
    checks: tuple[Check, ...]

    @property
    def proved(self) -> bool:
        """Whether all checks finished and none failed."""
        return bool(self.checks) and not self.failures and not self.unfinished

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(each for each in self.checks if each.status == "fails")

    @property
    def unfinished(self) -> tuple[Check, ...]:
        """The checks that did not finish in time."""
        return tuple(each for each in self.checks if each.status == "unfinished")

    def row(self) -> dict[str, Any]:
        """Return the certificate as data for JSON."""
        checks = [each._asdict() for each in self.checks]
        return self._asdict() | {"checks": checks, "proved": self.proved}


_MARKS: dict[Status, tuple[str, str, str]] = {
    "holds": ("✓", "+", "green"),
    "unsupported": ("–", "-", "yellow"),
    "fails": ("✗", "!", "red"),
    "unfinished": ("…", "~", "yellow"),
}


def mark(status: Status, *, unicode: bool) -> tuple[str, str]:
    """Return the mark of a check and its color."""
    nice, plain, color = _MARKS[status]
    return nice if unicode else plain, color


def verdict(certificate: Certificate) -> str:
    """Return the last line: `proved`, how many checks fail, or what did not finish."""
    if certificate.unfinished and not certificate.failures:
        (last,) = certificate.unfinished
        return f"not finished: `{last.name}` and the checks after it"
    if not certificate.proved:
        count, all_ = len(certificate.failures), len(certificate.checks)
        return f"not proved: {count} of {all_} checks fail"
    open_ = [each for each in certificate.checks if each.status == "unsupported"]
    unknown = sum(each.detail.startswith("not checked") for each in open_)
    left = len(open_) - unknown
    except_for = f", except for {left} that torch does not support" if left else ""
    if unknown:
        except_for += f", except for {unknown} that could not be checked"
    return f"proved{except_for}"

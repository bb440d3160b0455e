"""The codes of all mistakes, warnings and hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.diagnostics.codes import Codes


def codes() -> Codes:
    """Return all codes; the pages about them are imported on first use."""
    from mlpgen.lints.pages import CODES

    return CODES

"""Which codes there are, and which of them can be ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

WARNINGS = frozenset(
    {
        *("MG214", "MG215", "MG216", "MG227", "MG229"),
        *("MG306", "MG310", "MG311", "MG316", "MG317", "MG318"),
        *("MG323", "MG324", "MG325", "MG408", "MG410", "MG606"),
    }
)
"""The codes of warnings about what is no fault of design, sometimes mistakes."""


class Codes(NamedTuple):
    """The codes that there are.

    Attributes:
        every: All codes.
        warnings: Those of warnings and hints, which can be ignored.
    """

    every: Collection[str]
    warnings: Collection[str]

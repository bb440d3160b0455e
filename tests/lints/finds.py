"""What the rules find in a spec that is given as text."""

from __future__ import annotations

from mlpgen import api
from mlpgen.diagnostics.explanations.explanation import spec

from ..networks import network_of


def finds(
    *layers: str,
    image: str = "[3, 32, 32]",
    hints: bool = False,
    only: tuple[int, ...] = (),
) -> list[int]:
    """Return the numbers of the codes that the rules find in some layers."""
    return in_spec(spec(*layers, image=image), hints=hints, only=only)


def in_spec(text: str, *, hints: bool = False, only: tuple[int, ...] = ()) -> list[int]:
    """Return the numbers of the codes in the file's order.

    Args:
        text: A whole spec.
        hints: Whether hints count, too.
        only: The codes that count; all if there are none.
    """
    found = [each for each in api.lint(network_of(text)) if hints or not each.hint]
    codes = [int(each.code[2:]) for each in found]
    return [code for code in codes if code in only or not only]

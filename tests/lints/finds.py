"""What the rules find in a spec that is given as text."""

from __future__ import annotations

from mlpgen import api
from mlpgen.diagnostics.explanations.explanation import spec

from ..networks import network_of


def finds(*layers: str, image: str = "[3, 32, 32]", rest: str = "") -> list[int]:
    """Return the numbers of the codes, of warnings and hints, in the file's order."""
    return in_spec(spec(*layers, image=image, rest=rest))


def in_spec(text: str) -> list[int]:
    """Return the numbers of the codes that the rules find in a whole spec."""
    return [int(each.code[2:]) for each in api.lint(network_of(text))]

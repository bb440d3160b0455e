"""Warn of losses that read one output differently: as a number, or its logarithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.training.recipe import LossTerm
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems

READ = {
    "": "the number itself",
    "torch.exp": "a logarithm",
    "torch.sigmoid": "a logit",
}
"""What an output is, by the function that makes the number of it."""
MADE_BY = {"torch.exp": "exp", "torch.sigmoid": "Sigmoid"}
"""The layer that makes the number."""


def check_readings(terms: Sequence[tuple[Path, LossTerm]], problems: Problems) -> None:
    """Warn of losses of numbers that read one output differently.

    Losses of classes take scores, of any scale, and of one's own nothing is known.

    Args:
        terms: The losses, as far as they are resolved, each with its place.
        problems: Collects warnings.
    """
    first: dict[str, LossTerm] = {}
    for path, term in sorted(terms, key=lambda each: each[0]):
        if not term.loss.restores:
            continue
        before = first.setdefault(term.output, term)
        if term.loss.inverse != before.loss.inverse:
            problems.add(
                "MG410",
                f"`{type(before.loss).__name__}` takes `{term.output}` as "
                f"{READ[before.loss.inverse]}, but `{type(term.loss).__name__}` as "
                f"{READ[term.loss.inverse]}",
                path,
                help=_help(before, term),
                warning=True,
            )


def _help(*terms: LossTerm) -> str:
    """Say how each loss gets an output of its own."""
    layer = next(MADE_BY[each.loss.inverse] for each in terms if each.loss.inverse)
    other = next((each for each in terms if not each.loss.inverse), terms[-1])
    return (
        f"end with `{layer}`, put the layer before it in `outputs` too, and say by "
        f"`on` which of them `{type(other.loss).__name__}` takes"
    )

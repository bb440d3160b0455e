"""How a script uses the functions of the user: losses and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import Code, call, flat, keyword
from mlpgen.training.custom import CustomLoss

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.training.custom import CustomFunction


def custom_functions(recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """Return the modules of the user that a script imports, with their functions."""
    found: dict[str, dict[str, None]] = {}
    for each in _functions(recipe):
        found.setdefault(each.module, {})[each.function] = None
    return {module: (*names,) for module, names in sorted(found.items())}


def _functions(recipe: Recipe) -> Iterator[CustomFunction]:
    for term in recipe.terms:
        if isinstance(term.loss, CustomLoss):
            yield term.loss
    for each in recipe.custom_metrics:
        yield each.metric


def custom_call(
    caller: str, custom: CustomFunction, outputs: Sequence[str], target: str
) -> str:
    """Write the call of a function of the user.

    Args:
        caller: The function of the shared module that calls it.
        custom: The function of the user.
        outputs: The variables of the outputs.
        target: The variable of the targets.
    """
    given = keyword("targets", Code(target))
    return flat(call(caller, custom.function, *outputs, given))

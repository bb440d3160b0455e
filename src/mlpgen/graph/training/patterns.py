"""Check patterns of names of parameters: each must fit some of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.training.parameter_names import fits, named_parameters
from mlpgen.spec.wording import cut, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.graph.training.parameter_names import Named
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems


def check_freeze(
    patterns: Sequence[str], nodes: tuple[Node, ...], path: Path, problems: Problems
) -> None:
    """Check `freeze:`, which must leave something to train."""
    every = tuple(named_parameters(nodes))
    for index, pattern in enumerate(patterns):
        check_pattern(pattern, every, (*path, index), problems)
    if all(any(fits(each, pattern) for pattern in patterns) for each in every):
        message = "`freeze` leaves no parameter to train"
        problems.add("MG405", message, path)


def check_pattern(
    pattern: str, every: Sequence[Named], path: Path, problems: Problems
) -> None:
    """Report a pattern that fits no parameter."""
    if any(fits(each, pattern) for each in every):
        return
    names = dict.fromkeys(around for each in every for around in each.around)
    help = nearest(pattern, names) or f"for example `{every[0].name}`"
    message = f"`{cut(pattern)}` fits no parameter of the model"
    problems.add("MG409", message, path, help=help)

"""How often layers run that a flow follows only at the beginning."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.graph.flow import MOST_ROUNDS
from mlpgen.graph.walks import every_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject


def times_of(subject: Subject) -> dict[str, float]:
    """Return, by the name of a repeat, how many rounds each stands for in the flow."""
    found: dict[str, float] = {}
    for node in every_layer(subject.model.nodes):
        rounds = sum(int(each.times) for each in node.rounds)
        seen = max(MOST_ROUNDS, *(len(each.each) for each in node.rounds), 0)
        if rounds > seen:
            found[node.name] = rounds / seen
    return found


def rounds_of(each: Operation, times: Mapping[str, float]) -> float:
    """Return how many runs one operation of the flow stands for."""
    return prod(times.get(name, 1) for name in each.name.split("."))

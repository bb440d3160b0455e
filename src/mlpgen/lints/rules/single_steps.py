"""Layers for sequences that get a sequence of one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.layers.shapes import whole_shown
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_RECURRENT = ("RNN", "LSTM", "GRU")
_ATTENTIVE = ("TransformerEncoder", "TransformerEncoderLayer", "MultiheadAttention")


def _single(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of(*_RECURRENT, *_ATTENTIVE):
        if len(each.node.input) != 2 or int(each.node.input[0]) != 1:
            continue
        if not _is_alone(each):
            continue
        does = "attends to nothing but itself"
        if each.kind in _RECURRENT:
            does = "has nothing to remember"
        yield Finding(
            f"`{each.name}` gets one step, {whole_shown(each.sources[0].value)}: it "
            f"{does}",
            each.node.path,
            each.owner,
            help="make the steps the first dimension of an example, or use `Linear`",
        )


def _is_alone(each: Operation) -> bool:
    """Tell whether a layer sees no state, and no other sequence."""
    if each.kind in _RECURRENT:
        return len(each.sources) == 1
    return len({*each.sources[:3]}) == 1 or each.kind != "MultiheadAttention"


RULES = (
    Rule(
        "MG526",
        "warning",
        _single,
        Explanation(
            "A sequence of one step",
            "This is a warning. A recurrent layer carries a state from step to step "
            "(Elman, Finding structure in time, 1990), and attention compares steps "
            "(Vaswani et al., 2017). Of a sequence of one step the state is the zeros "
            "that it begins with, and each weight of attention is 1: what is left is a "
            "`Linear` with many weights that do nothing. Mostly the features of a "
            "table were meant to be steps, or the steps are in the last dimension. A "
            "layer that gets a state, or another sequence to attend to, is fine with "
            "one step. How sure: what does nothing is certain.",
            spec("unsqueeze: 1", "LSTM: 8\n    select: last", image="[12]"),
            spec("unsqueeze: 2", "LSTM: 8\n    select: last", image="[12]"),
        ),
    ),
)

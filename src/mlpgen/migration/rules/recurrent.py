"""The rule of recurrent layers: a repeated unit has gates and a state of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.migration.moves import Axis
from mlpgen.migration.units import Units, repeated
from mlpgen.migration.values import whole

if TYPE_CHECKING:
    from mlpgen.migration.step import Shapes, Step

_SEQUENCES = 2
"""The dimensions before the features: the batch, the steps."""
_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def recurrent(step: Step) -> dict[str, Shapes]:
    """Follow `LSTM`, `GRU` or `RNN`.

    Each unit has gates of its own, which sum over the inputs and the states.
    """
    step.same_but("input_size", "hidden_size", "bias", "dropout")
    *outer, inner = step.takes[0].units
    old, new = (int(x.node.arguments["hidden_size"]) for x in (step.old, step.new))
    hidden = step.choose(old, new)
    others = (*outer, *(units for each in step.takes[1:] for units in each.units))
    if not all(each.same for each in others) or len(outer) != _SEQUENCES:
        step.weights()
        return step.by_size("its states change")
    if step.argument("proj_size") and not hidden.same:
        step.weights()
        return step.by_size("its states are projected")
    both = 2 if step.argument("bidirectional") else 1
    gates = Axis(repeated(hidden, _GATES[step.new.kind]))
    out = repeated(hidden, both) if both > 1 else hidden
    axes: dict[str, tuple[Axis, ...]] = {}
    for at in range(int(step.argument("num_layers", 1))):
        below = inner if at == 0 else out
        for end in ("", "_reverse")[:both]:
            axes |= {
                f"weight_ih_l{at}{end}": (gates, Axis(below, summed=True)),
                f"weight_hh_l{at}{end}": (gates, Axis(hidden, summed=True)),
                f"bias_ih_l{at}{end}": (gates,),
                f"bias_hh_l{at}{end}": (gates,),
            }
    step.weights(**axes)
    found: dict[str, Shapes] = {}
    for part, value in step.new.node.parts.items():
        sizes = whole(value)
        last = out if sizes[-1] == len(out.were) else hidden
        middle = tuple(Units(size, range(size)) for size in sizes[1:-1])
        found[part] = (outer[0], *middle, last)
    return found if step.fits(found) else step.by_size("its states change")

"""Rules of attention: its heads stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.migration.moves import Axis
from mlpgen.migration.units import spread

if TYPE_CHECKING:
    from mlpgen.migration.step import Shapes, Step


def attention(step: Step) -> dict[str, Shapes]:
    """Follow `MultiheadAttention`: a head of another size has other scores."""
    step.same_but("embed_dim", "kdim", "vdim", "dropout", "need_weights")
    step.weights()
    if not all(each.same for each in step.takes):
        return step.by_size("the size of its attention heads changes their scores")
    found = step.unchanged()
    return found if step.fits(found) else step.by_size("its attention heads change")


def transformer(step: Step) -> dict[str, Shapes]:
    """Follow a transformer layer: its feed-forward part may widen, not its heads."""
    step.same_but("d_model", "dim_feedforward", "dropout", "num_layers")
    old, new = (
        int(x.node.arguments.get("dim_feedforward", 2048)) for x in (step.old, step.new)
    )
    axes: dict[str, tuple[Axis, ...]] = {}
    if all(each.same for each in step.takes):
        inner = spread(old, new)
        if new < old:
            step.lose(f"its feed-forward part is narrower: {new} of {old}")
        for name, shape in step.new.node.weights.items():
            rest = [Axis(spread(int(size), int(size))) for size in shape]
            if name.endswith("linear1.weight"):
                axes[name] = (Axis(inner), rest[1])
            elif name.endswith("linear1.bias"):
                axes[name] = (Axis(inner),)
            elif name.endswith("linear2.weight"):
                axes[name] = (rest[0], Axis(inner, summed=True))
    if step.argument("num_layers") != step.old_argument("num_layers"):
        step.lose("it has another number of layers")
    step.named_weights(axes)
    if not all(each.same for each in step.takes):
        return step.by_size("the size of its attention heads changes their scores")
    found = step.unchanged()
    return found if step.fits(found) else step.by_size("its size changes")

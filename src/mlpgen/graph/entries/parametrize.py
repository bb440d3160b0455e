"""`parametrize`: weights that are computed from other parameters."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.layers.base import Value
from mlpgen.spec.wording import cut, listed, nearest

if TYPE_CHECKING:
    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Shape
    from mlpgen.spec.entries import Entry

PARAMETRIZATIONS = ("weight_norm", "spectral_norm")
"""Functions of https://docs.pytorch.org/docs/stable/nn.html#utilities."""


def parametrized(node: Node, entry: Entry, context: Context) -> Node | None:
    """Wrap the module of a layer; None after a mistake."""
    name, problems = entry.options["parametrize"], context.problems
    path = (*entry.path, "parametrize")
    if name not in PARAMETRIZATIONS:
        help = nearest(name, PARAMETRIZATIONS)
        message = f"there is no parametrization `{cut(name)}`"
        help = help or f"available: {listed(PARAMETRIZATIONS)}"
        problems.add("MG207", message, path, help=help)
        return None
    weight = node.weights.get("weight")
    if weight is None or len(weight) < 2:
        needs = "a layer whose `weight` is a matrix or a kernel"
        message = f"`parametrize` with `{name}` needs {needs}"
        problems.add("MG229", message, path)
        return None
    # A magnitude for each output, in addition to the direction.
    more = int(weight[0]) if name == "weight_norm" else 0
    return node._replace(
        maker=node.maker._replace(wrapper=name),
        parameters=node.parameters + more,
        weights={key: each for key, each in node.weights.items() if key != "weight"},
        computed_from=_computed_from(name, weight),
        buffers={**node.buffers, **_vectors(name, node.type, weight)},
    )


def _computed_from(name: str, weight: Shape) -> dict[str, Shape]:
    """Name the parameters that the weight of a module is computed from, as torch."""
    original = "parametrizations.weight.original"
    if name == "spectral_norm":
        return {original: weight}
    magnitude = (weight[0], *(1 for _ in weight[1:]))
    return {f"{original}0": magnitude, f"{original}1": weight}


def _vectors(name: str, type_: str, weight: Shape) -> dict[str, Value]:
    """Name the vectors from which `spectral_norm` goes on: one a side of the matrix.

    Its rows are the outputs, which transposed convolutions have second.
    """
    if name != "spectral_norm":
        return {}
    out = 1 if type_.startswith("ConvTranspose") else 0
    rows = weight[out]
    sizes = {"_u": rows, "_v": prod(weight) // rows}
    return {
        f"parametrizations.weight.0.{side}": Value((size,), batched=False)
        for side, size in sizes.items()
    }

"""Resolve what a model takes, as its data has to give it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.blocks.definitions import INPUT, shapes_of
from mlpgen.graph.free_sizes import with_examples
from mlpgen.graph.training.embeddings import embeddings_of
from mlpgen.graph.walks import leaf_layers
from mlpgen.training.data.base import Input

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.training.data.base import DataSource


class Given(NamedTuple):
    """An input of a spec, and the paths of its shape and type."""

    name: str
    shape: Sequence[int]
    dtype: str
    at: Path
    at_dtype: Path


def given_inputs(spec: Spec) -> tuple[Given, ...]:
    """Return the inputs of a spec, in its order."""
    return tuple(
        _given(name, with_examples(shape, spec.sizes) or (), dtype, spec)
        for name, shape, dtype in shapes_of(spec.input)
    )


def _given(name: str, shape: Shape, dtype: str, spec: Spec) -> Given:
    at: Path = ("input", name) if name else ("input",)
    plain = not isinstance(spec.input, dict) or isinstance(spec.input[name], list)
    if plain:
        return Given(name or INPUT, shape, dtype, at, at)
    return Given(name, shape, dtype, (*at, "shape"), (*at, "dtype"))


def resolve_inputs(
    given: Sequence[Given],
    source: DataSource,
    nodes: Sequence[Node],
    problems: Problems,
) -> tuple[Input, ...] | None:
    """Return what a model takes; None if its data cannot give several inputs.

    Args:
        given: The inputs of the spec.
        source: Its data.
        nodes: Its layers, as far as they are resolved.
        problems: Collects mistakes.
    """
    inputs = tuple(
        Input(
            each.name,
            tuple(map(int, each.shape)),
            each.dtype,
            _known(nodes, each, alone=len(given) == 1),
        )
        for each in given
    )
    message, help = source.refuses(inputs) if len(inputs) > 1 else ("", "")
    if message:
        problems.add("MG403", message, ("input",), key=True, help=help)
        return None
    return inputs


def check_dtype(
    given: Given, dtypes: tuple[str, ...], what: str, problems: Problems
) -> None:
    """Refuse an input of a type that its data is not of."""
    if given.dtype in dtypes:
        return
    help = f"write `dtype: {dtypes[0]}`"
    if "float32" not in dtypes and given.at == given.at_dtype:
        help = "write `input: {tokens: {shape: [64], dtype: int64}}`"
    message = f"data of {what} is {dtypes[0]}, but `input` is {given.dtype}"
    problems.add("MG403", message, given.at_dtype, help=help)


def _known(nodes: Sequence[Node], given: Given, *, alone: bool) -> int:
    """Return the size of the smallest embedding of an input; 0 without one."""
    if given.dtype != "int64":
        return 0
    embeddings = _all(nodes, given) if alone else embeddings_of(nodes, given.name)
    return min(map(_size, embeddings), default=0)


def _all(nodes: Iterable[Node], given: Given) -> Iterator[Node]:
    """Yield the embeddings of what has the shape of the only input."""
    for each in leaf_layers(nodes):
        looks_up = each.type in ("Embedding", "EmbeddingBag") and each.inputs
        if (
            looks_up
            and each.inputs[0].batched
            and tuple(each.input) == tuple(given.shape)
        ):
            yield each


def _size(node: Node) -> int:
    size = node.arguments["num_embeddings"]
    return int(getattr(size, "value", size))

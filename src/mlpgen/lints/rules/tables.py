"""Embeddings with fewer rows than what looks them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.training.producers import kind
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, plain, spot_of
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.graph.nodes import Node
    from mlpgen.lints.rule import Subject

_TABLES = ("Embedding", "EmbeddingBag")
_RAISED = frozenset(("Add", "Sub"))


def _small(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of(*_TABLES):
        rows = int(argument(each, "num_embeddings"))
        source = each.sources[0] if each.sources else None
        last = None if source is None else _last(source)
        if last is not None and last >= rows:
            made = source.operation.name if source and source.operation else ""
            yield _finding(
                each,
                subject,
                f"`{each.name}` has {rows} rows, but `{made}` asks for row {last}",
                last + 1,
            )
    yield from _unread(subject)
    yield from _padded(subject)


def _unread(subject: Subject) -> Iterator[Finding]:
    """Find a table of words that has fewer rows than words are predicted."""
    recipe = subject.model.recipe
    if recipe is None or recipe.target != "next" or not recipe.dataset.text:
        return
    classes = recipe.main.shape[-1]
    for each in subject.flow.of(*_ROWS):
        name, word = _ROWS[each.kind]
        rows = int(argument(each, name))
        of_input = bool(each.sources) and each.sources[0].operation is None
        if of_input and 0 <= rows < classes:
            message = f"`{each.name}` has {rows} {word}, but {classes} values are "
            message += "predicted of each step, which it takes next"
            yield _finding(each, subject, message, classes)


def _padded(subject: Subject) -> Iterator[Finding]:
    """Find a table of words whose row for padding is that of a word."""
    recipe = subject.model.recipe
    if recipe is None or not recipe.dataset.origin.single_texts:
        return
    for each in subject.flow.of("Embedding"):
        row = argument(each, "padding_idx")
        if isinstance(row, int) and row > 0 and each.before is None:
            spot = spot_of(each, "padding_idx", subject.sources)
            yield spot.finding(
                f"row {row} of `{each.name}` is a word, which is never learned: texts "
                "are filled up with 0",
                "write `padding_idx: 0`",
            )


_ROWS = {
    "Embedding": ("num_embeddings", "rows"),
    "OneHot": ("num_classes", "classes"),
}
"""The argument that says how many words a layer can take, and what they are in it."""


def _finding(each: Operation, subject: Subject, message: str, rows: int) -> Finding:
    name, _ = _ROWS.get(each.kind, ("num_embeddings", "rows"))
    spot = spot_of(each, name, subject.sources)
    return spot.finding(message, f"write `{name}: {rows}`")


def _last(source: Source) -> int | None:
    """Return the largest index of a value; None if it is not known."""
    operation = source.operation
    if operation is None:
        return None
    node = operation.node
    if node.computed:
        last = None
        for index, each in enumerate(node.computed):
            last = _made(each) if index == 0 else _moved(each, last)
        return last
    if not operation.sources:
        return _made(node)
    if operation.kind in ("Argmax", "Argmin"):
        return _places(node)
    if len(operation.sources) > 1:
        return None
    return _moved(node, _last(operation.sources[0]))


def _made(node: Node) -> int | None:
    """Return the last number of an `arange`."""
    if kind(node) != "Arange" or node.value.dtype != "int64":
        return None
    start, step = (int(plain(node.arguments.get(*x))) for x in _FIRST)
    return start + (int(node.output[0]) - 1) * step


_FIRST = (("start", 0), ("step", 1))


def _places(node: Node) -> int | None:
    """Return the last place that an `argmax` can name."""
    dim = plain(node.arguments.get("dim"))
    if not isinstance(dim, int) or not node.inputs[0].batched:
        return None
    return int(node.input[dim if dim < 0 else dim - 1]) - 1


def _moved(node: Node, last: int | None) -> int | None:
    """Return the largest index behind a function that only arranges or adds."""
    cls = layer_class(node.type)
    if last is None or cls is None:
        return None
    if kind(node) in _RAISED:
        number = plain(node.arguments.get("other"))
        sign = 1 if kind(node) == "Add" else -1
        return last + sign * number if isinstance(number, int) else None
    if kind(node) in ("Slice", "Narrow", "Select"):
        return None
    return last if cls.arranges and node.value.dtype == "int64" else None


RULES = (
    Rule(
        "MG514",
        "warning",
        _small,
        Explanation(
            "An embedding smaller than what it is asked for",
            "This is a warning. An `Embedding` has a row for each index from 0 to "
            "`num_embeddings` - 1, and torch stops at any other "
            "(https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html). "
            "It is named if positions that the network counts itself go beyond it, or "
            "if the network predicts more words than it can read; so is a "
            "`padding_idx` of a word, as texts are filled up with 0. How sure: certain "
            "for positions; for words, the larger ones are never learned.",
            spec(
                "Embedding: {num_embeddings: 50, embedding_dim: 8}\n    name: words",
                "arange: 32",
                "Embedding: {num_embeddings: 16, embedding_dim: 8}\n    name: places",
                "add:\n    from: [words, places]",
                image="{tokens: {shape: [32], dtype: int64}}",
            ),
            spec(
                "Embedding: {num_embeddings: 50, embedding_dim: 8}\n    name: words",
                "arange: 32",
                "Embedding: {num_embeddings: 32, embedding_dim: 8}\n    name: places",
                "add:\n    from: [words, places]",
                image="{tokens: {shape: [32], dtype: int64}}",
            ),
        ),
    ),
)

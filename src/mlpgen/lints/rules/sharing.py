"""Layers that are shared where they should not be, and the reverse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.walks import every_layer
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlpgen.graph.flow import Operation
    from mlpgen.graph.nodes import Node
    from mlpgen.lints.rule import Subject

_RANDOM = ("Dropout", "DropPath", "Rand", "Bernoulli", "RReLU", "Fractional")
"""Parts of names of layers that return something else each time."""
_BATCH = kinds.BATCH_NORMS
_COMPARED = frozenset(
    ("Sub", "CosineSimilarity", "PairwiseDistance", "Cdist", "Minimum", "Maximum")
)
_PAIRS = (
    {"left", "right"},
    {"first", "second"},
    {"one", "two"},
    {"one", "other"},
    {"anchor", "positive"},
    {"anchor", "negative"},
    {"this", "that"},
)
_NUMBERED = re.compile(r"^(.*?)_?([0-9ab])$")


def _twice(subject: Subject) -> Iterator[Finding]:
    """Yield uses of a module on the input that it was used on before."""
    model = subject.model
    yield from _same(model.nodes, "")
    for node in every_layer(model.nodes):
        if node.graph is not None:
            yield from _same(node.graph.nodes, node.graph.name)


def _same(nodes: Sequence[Node], owner: str) -> Iterator[Finding]:
    known = {each.name: each for each in nodes}
    uses: dict[tuple[str, tuple[str, ...]], str] = {}
    for each in nodes:
        if not each.active or each.idle:
            continue
        module = _module(each, known)
        before = uses.setdefault((module, each.sources), each.name)
        if each.shared and each.type in _BATCH and module != each.name:
            yield Finding(
                f"`{each.name}` is `{module}` again, on other values: its mean and "
                "variance are those of neither",
                each.path,
                owner,
                help="give it a normalization of its own",
            )
        if module == each.name or before == each.name:
            continue
        if _is_random(known[module]):
            continue
        yield Finding(
            f"`{each.name}` is `{before}` again, on the same input: both are equal",
            each.path,
            owner,
            help="give it weights of its own, without `share`, or another input",
        )


def _module(each: Node, known: dict[str, Node]) -> str:
    """Return the name of the layer that made the module of a layer, or its weights."""
    name = each.shared or (each.tied if _is_whole(each) else "")
    return _module(known[name], known) if name in known else each.name


def _is_whole(each: Node) -> bool:
    """Tell whether a layer has all of its parameters from another one."""
    return bool(each.tied) and {*each.ties} == {*each.weights}


def _is_random(node: Node) -> bool:
    every = [node, *every_layer([node])]
    return any(part in each.type for each in every for part in _RANDOM)


def _apart(subject: Subject) -> Iterator[Finding]:
    """Yield comparisons of two inputs of one kind by encoders of their own."""
    names = [*subject.model.inputs]
    if len(names) < 2:
        return
    every = every_layer(subject.model.nodes)
    borrowed = {each.name for each in every if each.shared or each.tied}
    for each in subject.flow.of(*_COMPARED):
        if len(each.sources) != 2:
            continue
        sides = [_way(source.operation) for source in each.sources]
        if None in sides:
            continue
        one, two = (side for side in sides if side is not None)
        if not _is_pair(one[0], two[0]) or {one[0], two[0]} - {*names}:
            continue
        if _is_alike(one[1], two[1]) and not _share(one[1], two[1], borrowed):
            first, second = one[1][-1], two[1][-1]
            yield Finding(
                f"`{each.name}` compares what layers of their own make of `{one[0]}` "
                f"and `{two[0]}`, from `{first.name}` and `{second.name}` on: equal "
                "inputs differ",
                each.node.path,
                each.owner,
                help="use one encoder for both: `share`",
            )


def _way(each: Operation | None) -> tuple[str, list[Operation]] | None:
    """Return the input that a value is made of, and the layers on the way back."""
    found = []
    while each is not None:
        if len(kinds.values(each)) != 1:
            return None
        if each.node.weights:
            found.append(each)
        source = each.sources[kinds.values(each)[0]]
        if source.operation is None:
            return (source.part, found) if found else None
        each = source.operation
    return None


def _is_pair(one: str, two: str) -> bool:
    """Tell whether two inputs are two of one kind, by their names."""
    parts = [name.split("_") for name in (one, two)]
    if len(parts[0]) == len(parts[1]):
        differing = [{x, y} for x, y in zip(*parts, strict=True) if x != y]
        if len(differing) == 1 and differing[0] in _PAIRS:
            return True
    found = [_NUMBERED.match(name) for name in (one, two)]
    if None in found or one == two:
        return False
    stems = {match[1] for match in found if match is not None}
    return len(stems) == 1


def _is_alike(one: list[Operation], two: list[Operation]) -> bool:
    """Tell whether two encoders are made alike."""

    def shapes(layers: Iterable[Operation]) -> list[object]:
        return [
            (each.kind, [[*map(int, x)] for x in each.node.weights.values()])
            for each in layers
        ]

    return shapes(one) == shapes(two)


def _share(one: list[Operation], two: list[Operation], borrowed: set[str]) -> bool:
    """Tell whether two encoders have weights in common, by whatever way."""
    parts = {part for each in (*one, *two) for part in each.name.split(".")}
    return bool(parts & borrowed) or any(x is y for x, y in zip(one, two, strict=True))


_ENCODER = "Linear: 8\n    from: {side}\n    name: {side}_code"
_PAIR = "{left: [8], right: [8]}"

RULES = (
    Rule(
        "MG546",
        "warning",
        _twice,
        Explanation(
            "A layer that is used twice on the same input",
            "The same weights on the same numbers give the same result, so that one of "
            "the two is not needed: two heads that share their weights predict one "
            "thing (Caruana, Multitask learning, 1997, shares what is before them). "
            "Mostly a `share` is left over, or the second use should have another "
            "input. Silent where something random is inside, as the dropout of SimCSE "
            "(Gao et al., arXiv:2104.08821). It is certain that both are equal. Named "
            "is also a batch normalization of two layers, whose running mean is that "
            "of neither.",
            spec(
                "Linear: 4\n    name: one",
                "Linear: 4\n    name: two\n    share: one\n    from: input",
                "cat: {dim: 1}\n    from: [one, two]",
                image="[8]",
            ),
            spec(
                "Linear: 4\n    name: one",
                "Linear: 4\n    name: two\n    from: input",
                "cat: {dim: 1}\n    from: [one, two]",
                image="[8]",
            ),
        ),
    ),
    Rule(
        "MG547",
        "warning",
        _apart,
        Explanation(
            "Two of a kind that are encoded differently",
            "Whether two pictures or texts are alike is told by one encoder for both: "
            "siamese networks share all weights, so that equal inputs have a distance "
            "of 0 (Bromley et al., Signature verification using a siamese time delay "
            "neural network, 1993). With weights of their own, each sees its input in "
            "another way, and the order of the two matters. Named if both are made "
            "alike, and the names of the inputs say that they are of one kind (`left` "
            "and `right`, `image1` and `image2`). How sure: very.",
            spec(
                _ENCODER.format(side="left"),
                _ENCODER.format(side="right"),
                "sub:\n    from: [left_code, right_code]",
                image=_PAIR,
            ),
            spec(
                _ENCODER.format(side="left"),
                "share: left_code\n    from: right\n    name: right_code",
                "sub:\n    from: [left_code, right_code]",
                image=_PAIR,
            ),
        ),
    ),
)

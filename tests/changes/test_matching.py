"""Layers keep their identity through renames, moves, nesting and other arguments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from mlpgen import api
from mlpgen.changes.layers import layers_of
from mlpgen.changes.matching import Matching, match
from tests.examples import drawn
from tests.networks import network

Spec = list[Any]


def matched(old: Spec, new: Spec) -> Matching:
    sides = (
        network({"name": "Net", "input": [8], "layers": layers})
        for layers in (old, new)
    )
    return match(*(layers_of(side.graph) for side in sides))


def told(found: Matching) -> str:
    """Write what is not as it was: `a>b` renamed, `^b` moved, `-a` and `+b`."""
    words = [
        f"{'^' * pair.moved}{pair.old.key}>{pair.new.key}"
        if pair.renamed
        else f"^{pair.new.key}"
        for pair in found.pairs
        if pair.renamed or pair.moved
    ]
    words += [f"-{each.key}" for each in found.removed]
    return " ".join([*words, *(f"+{each.key}" for each in found.added)])


A, B, C = (
    {"Linear": size, "name": name} for size, name in ((8, "a"), (6, "b"), (4, "c"))
)

HEAD = {"Linear": 6, "name": "head"}

ROWS = {
    "nothing changed": ([A, "ReLU", B], [A, "ReLU", B], ""),
    "a layer renamed": (
        [A, "ReLU", B],
        [A, "ReLU", HEAD],
        "b>head",
    ),
    "a layer resized": ([A, "ReLU", B], [{"Linear": 9, "name": "a"}, "ReLU", B], ""),
    "a layer added at the end": ([A, B], [A, B, C], "+c"),
    "a layer removed": ([A, B, C], [A, C], "-b"),
    "a layer moved": ([A, B, C], [C, A, B], "^c"),
    "an activation replaced": ([A, "ReLU", B], [A, "GELU", B], "relu_1>gelu_1"),
    "a kind replaced under its name": (
        [A, {"BatchNorm1d": None, "name": "norm"}, B],
        [A, {"LayerNorm": None, "name": "norm"}, B],
        "",
    ),
    "a default name shifted by a layer before it": (
        [{"Linear": 6}, "ReLU", {"Linear": 4}],
        [{"Linear": 9}, "ReLU", {"Linear": 6}, "ReLU", {"Linear": 4}],
        "relu_1>relu_2 linear_2>linear_3 +relu_1 +linear_2",
    ),
    "a number shifted by a layer before it": (
        [{"Sequential": [{"Linear": 6}, "Tanh", {"Linear": 4}], "numbered": True}],
        [
            {
                "Sequential": [{"Linear": 6}, "Tanh", {"Dropout": 0.5}, {"Linear": 4}],
                "numbered": True,
            }
        ],
        "sequential_1.2>sequential_1.3 +sequential_1.2",
    ),
    "layers moved into a Sequential": (
        [A, "ReLU", B, C],
        [{"Sequential": [A, "ReLU", B], "name": "body"}, C],
        "a>body.a relu_1>body.relu_1 b>body.b",
    ),
    "more rounds": (
        [{"Linear": 8, "repeat": 2, "name": "stage"}, B],
        [{"Linear": 8, "repeat": 4, "name": "stage"}, B],
        "+stage.2 +stage.3",
    ),
    "rounds pasted": (
        [{"Linear": 8, "repeat": 2, "name": "stage"}, B],
        [{"Linear": 8, "name": "first"}, {"Linear": 8, "name": "second"}, B],
        "stage.0>first stage.1>second",
    ),
    "a shared module is one layer": (
        [A, "ReLU", {"share": "a"}, B],
        [A, "ReLU", {"share": "a"}, "ReLU", {"share": "a"}, B],
        "+relu_2",
    ),
}


@pytest.mark.parametrize(("old", "new", "wanted"), ROWS.values(), ids=ROWS)
def test_layers_keep_their_identity(old: Spec, new: Spec, wanted: str) -> None:
    assert told(matched(old, new)) == wanted


def test_a_layer_moved_into_a_block() -> None:
    old = network({"name": "Net", "input": [8], "layers": [A, "ReLU", B]})
    block = {"Body": {"layers": [A, "ReLU"]}}
    layers = [{"Body": None, "name": "body"}, B]
    new = network({"name": "Net", "input": [8], "blocks": block, "layers": layers})
    found = match(layers_of(old.graph), layers_of(new.graph))
    assert told(found) == "a>body.a relu_1>body.relu_1"


def test_a_deeper_network_of_the_same_kind() -> None:
    """Each layer of the smaller one is still there, and its stages are in place."""
    old, new = (
        layers_of(api.load(f"specs/zoo/{name}.yaml").graph)
        for name in ("resnet18", "resnet50")
    )
    found = match(old, new)
    assert not found.removed
    assert all(pair.old.kind == pair.new.kind for pair in found.pairs)
    weighted = [pair for pair in found.pairs if pair.old.node.weights]
    assert not [pair for pair in weighted if pair.renamed]


def test_ten_thousand_layers() -> None:
    body = {"Sequential": [{"Linear": 8}, "ReLU"], "repeat": 4_000, "name": "body"}
    found = matched([A, body, B], [A, {"Linear": 8}, body, {"GELU": None}, B])
    assert told(found) == "+linear_1 +gelu_1"


SPECS = st.lists(
    st.sampled_from([A, B, "ReLU", "Tanh", {"Linear": 8}, {"Linear": 6}]),
    min_size=1,
    max_size=8,
).filter(lambda layers: all(layers.count(each) < 2 for each in (A, B)))


@drawn(SPECS, SPECS, few=40, all_=1_000)
def test_each_layer_has_at_most_one_partner(old: Spec, new: Spec) -> None:
    """And a network is equal to itself; the order of the sides says only who is new."""
    found = matched(old, new)
    ones = [pair.old.key for pair in found.pairs]
    others = [pair.new.key for pair in found.pairs]
    assert len({*ones}) == len(ones)
    assert len({*others}) == len(others)
    assert len(ones) + len(found.removed) == len(old)
    assert len(others) + len(found.added) == len(new)
    assert told(matched(old, old)) == ""

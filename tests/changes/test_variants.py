"""What is equal by default only: with other arguments or sizes, it is told."""

from __future__ import annotations

from typing import Any

import pytest

from mlpgen.changes.breaks import breaks
from mlpgen.changes.differences import differences
from tests.networks import network

WIDTH: dict[str, Any] = {"parameters": {"w": 4, "on": True}}
DEPTH: dict[str, Any] = {"parameters": {"d": 2}}
LISTS: dict[str, Any] = {"parameters": {"sizes": [4, 8]}}
FREE: dict[str, Any] = {"input": ["n", 8], "sizes": {"n": 6}}
BLOCK: dict[str, Any] = {
    "blocks": {"Wide": {"parameters": {"k": 8}, "layers": [{"Linear": "${k}"}]}}
}
LAST = {"Linear": 3}
RELU = {"ReLU": None}


def net(*layers: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Net", "input": [8], "layers": [*layers], **more}


def in_block(value: Any) -> dict[str, Any]:
    return net({"Wide": {"k": value}}, **WIDTH, **BLOCK)


OTHERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a size": (
        net({"Linear": "${2*w}"}, **WIDTH),
        net({"Linear": "${w+4}"}, **WIDTH),
        "w=5",
    ),
    "of a block": (in_block("${2*w}"), in_block("${w+4}"), "w=5"),
    "a factor": (net({"mul": "${w}"}, **WIDTH), net({"mul": 4}, **WIDTH), "w=5"),
    "a condition": (
        net({**RELU, "when": "${w > 3}"}, LAST, **WIDTH),
        net({**RELU, "when": "${w > 0}"}, LAST, **WIDTH),
        "w=2",
    ),
    "a flag": (
        net({**RELU, "when": "${on}"}, LAST, **WIDTH),
        net(RELU, LAST, **WIDTH),
        "on=false",
    ),
    "rounds": (
        net({"Linear": 8, "repeat": "${d}"}, **DEPTH),
        net({"Linear": 8, "repeat": 2}, **DEPTH),
        "d=3",
    ),
    "an item of a list": (
        net({"Linear": "${sizes[1]}"}, **LISTS),
        net({"Linear": "${2 * sizes[0]}"}, **LISTS),
        "sizes=5,8",
    ),
    "a free size": (net({"mul": 6}, **FREE), net({"mul": "${n}"}, **FREE), "n=7"),
    "a condition on a free size": (
        net({"relu": None}, **FREE),
        net({"relu": None, "when": "${n > 3}"}, **FREE),
        "n=3",
    ),
}
SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another order": (
        net({"Linear": "${2*w}"}, **WIDTH),
        net({"Linear": "${w*2}"}, **WIDTH),
    ),
    "a sum": (net({"Linear": "${2*w}"}, **WIDTH), net({"Linear": "${w+w}"}, **WIDTH)),
    "a condition": (
        net({**RELU, "when": "${w > 3}"}, LAST, **WIDTH),
        net({**RELU, "when": "${not w <= 3}"}, LAST, **WIDTH),
    ),
    "a free size": (net({"ReLU": None}, **FREE), net({"relu": None}, **FREE)),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_equal_by_default_alone(kind: str) -> None:
    old, new, said = OTHERS[kind]
    one, other = network(old), network(new)
    category = "values" if "free" in kind else "code"
    found = [
        (each.category, each.message.partition(", ")[0])
        for each in breaks(one, other)
        if not each.message.startswith("the default")
    ]
    assert found == [(category, f"with {said}")]
    told = differences(one, other, ("a", "b")).interface
    assert len(told) == 1 and told[0].startswith(f"with {said} alone, what differs is ")


@pytest.mark.parametrize("kind", SAME)
def test_what_is_equal_for_all_arguments(kind: str) -> None:
    old, new = map(network, SAME[kind])
    assert breaks(old, new) == []
    assert differences(old, new, ("a", "b")).equal


def test_what_also_differs_by_default_is_told_once() -> None:
    """An activation is no break of code for that it differs with any argument."""
    old = net({"Linear": "${2*w}"}, RELU, LAST, **WIDTH)
    activation = net({"Linear": "${2*w}"}, {"GELU": None}, LAST, **WIDTH)
    both = net({"Linear": "${w+4}"}, {"GELU": None}, LAST, **WIDTH)
    assert breaks(network(old), network(activation), ["code"]) == []
    found = breaks(network(old), network(both))
    assert [each.category for each in found] == ["values", "code"]
    assert found[1].message.startswith("with w=5, `linear_1.weight` is [9, 8]")
    assert breaks(network(old), network(both), ["code"]) == found[1:]
    assert breaks(network(old), network(both), ["weights"]) == []

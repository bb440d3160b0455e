"""Expressions that give a number in each use of a class."""

from __future__ import annotations

from typing import Any

import pytest

from mlpgen.importer.expressions.conditions import condition
from mlpgen.importer.expressions.features import Features
from mlpgen.importer.expressions.inference import expression
from mlpgen.importer.expressions.vectors import MISSING, NoExpressionError
from mlpgen.importer.rounds import ByIndex


def stages(**given: Any) -> Features:
    """Return what three uses differ in."""
    return Features({"in_channels": (16, 32, 64), "in_features": (7, 7, 7)}, given)


@pytest.mark.parametrize(
    ("values", "kind", "wanted"),
    [
        ((3, 3, 3), "", 3),
        ((16, 32, 64), "channels", "${in_channels}"),
        ((64, 128, 256), "channels", "${4 * in_channels}"),
        ((4, 8, 16), "channels", "${in_channels // 4}"),
        ((17, 33, 65), "channels", "${in_channels + 1}"),
        ((14, 30, 62), "channels", "${in_channels - 2}"),
        ((32, 64, 64), "", "${planes}"),
        ((128, 256, 256), "", "${4 * planes}"),
        ((48, 96, 128), "", "${in_channels + planes}"),
        ((True, False, False), "", "${stride != 1}"),
        ((1, MISSING, 3), "", "${depth}"),
        ((5, 9, 11), "", "${name}"),
        (([3, 7], [3, 7], [3, 7]), "", [3, 7]),
        (([2, 16], [2, 32], [2, 64]), "", [2, "${in_channels}"]),
        ((3, [3, 1], 3), "", [3, "${name}"]),
    ],
)
def test_an_argument_follows_from_what_there_is(
    values: tuple[Any, ...], kind: str, wanted: Any
) -> None:
    features = stages(planes=(32, 64, 64), stride=(2, 1, 1), depth=(1, 2, 3))
    assert expression(features, values, "name", kind) == wanted


@pytest.mark.parametrize(
    ("sizes", "values", "wanted"),
    [
        ((7, 14, 7), (49, 196, 49), "${window ** 2}"),
        ((7, 14, 7), (169, 729, 169), "${(2 * window - 1) ** 2}"),
        ((7, 14, 7), (91, 378, 91), "${window * (2 * window - 1)}"),
        ((7, 14, 7), (84, 364, 84), "${2 * window * (window - 1)}"),
        ((7, 14, 7), (13, 27, 13), "${2 * window - 1}"),
        ((1, 2, 1), (3, 5, 3), "${name}"),
    ],
)
def test_windows_are_counted(
    sizes: tuple[int, ...], values: tuple[int, ...], wanted: str
) -> None:
    assert expression(stages(window=sizes), values, "name") == wanted


@pytest.mark.parametrize(
    ("name", "wanted"), [("out_features", "${in_features}"), ("num_heads", 24)]
)
def test_no_size_has_as_many_heads(name: str, wanted: Any) -> None:
    features = Features({"in_features": (24, 24)}, {})
    assert expression(features, (24, 24), name, "features") == wanted


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ({"in_channels": (9, 9, 4), "in_features": (16, 32, 64)}, "${in_features}"),
        (
            {
                "in_channels": (9, 9, 4),
                "in_height": (9, 9, 4),
                "in_features": (16, 32, 64),
            },
            "${in_features}",
        ),
        (
            {
                "in_channels": (3, 9, 4),
                "in_height": (16, 32, 64),
                "in_features": (16, 32, 64),
            },
            "${dim}",
        ),
    ],
)
def test_channels_behind_a_transposition_are_the_features_of_tokens(
    sizes: dict[str, tuple[int, ...]], wanted: str
) -> None:
    features = Features(sizes, {"dim": (16, 32, 64)})
    found = expression(features, (16, 32, 64), "out_channels", "channels")
    assert found == wanted


def test_only_what_is_needed_becomes_a_parameter() -> None:
    features = stages(planes=(32, 64, 64), stride=(2, 1, 1))
    expression(features, (32, 64, 64), "out_channels", "channels")
    assert features.parameters() == {"planes": (32, 64, 64)}
    expression(features, (5, 9, 11), "kernel_size")
    assert features.parameters() == {
        "planes": (32, 64, 64),
        "kernel_size": (5, 9, 11),
    }


def test_a_made_parameter_is_found_again() -> None:
    features = stages()
    assert expression(features, (5, 9, 11), "width") == "${width}"
    assert expression(features, (10, 18, 22), "size") == "${2 * width}"
    assert expression(features, (1, 5, 3), "width") == "${width_2}"
    assert [*features.parameters()] == ["width", "width_2"]


@pytest.mark.parametrize("values", [("same", "valid", "same"), (None, 1, 2)])
def test_no_parameter_is_a_text_or_nothing(values: tuple[Any, ...]) -> None:
    with pytest.raises(NoExpressionError):
        expression(stages(), values, "padding")


@pytest.mark.parametrize(
    ("rounds", "wanted"),
    [
        (ByIndex("first", 2, 1), "${2 if index == 0 else 1}"),
        (ByIndex("odd", 0, 2), "${2 * (index % 2)}"),
        (ByIndex("odd", 0, 0.25), "${0.25 * (index % 2)}"),
        (ByIndex("odd", 1, 2), "${1 if index % 2 == 0 else 2}"),
        (ByIndex("linear", 0, 1), "${index}"),
        (ByIndex("linear", 8, 4), "${8 + 4 * index}"),
        (ByIndex("linear", 0.0, 0.2 / 17), "${0.2 * index / 17}"),
        (ByIndex("first", True, False), "${index == 0}"),
        (ByIndex("odd", False, True), "${index % 2 == 1}"),
    ],
)
def test_rounds_have_the_index(rounds: ByIndex, wanted: str) -> None:
    assert expression(stages(), (rounds,) * 3, "name") == wanted


def test_rounds_of_uses_differ_by_parameters() -> None:
    features = stages(stride=(2, 1, 4))
    rounds = (ByIndex("first", 2, 1), ByIndex("first", 1, 1), ByIndex("first", 4, 1))
    wanted = "${stride if index == 0 else 1}"
    assert expression(features, rounds, "stride") == wanted


def test_a_sum_in_a_product_has_parentheses() -> None:
    features = stages(width=(5, 6, 9))
    rounds = tuple(ByIndex("linear", 8, w + 2) for w in (5, 6, 9))
    text = expression(features, rounds, "size")
    assert text == "${8 + (width + 2) * index}"


def test_rules_of_two_kinds_are_none() -> None:
    values = (ByIndex("first", 2, 1), ByIndex("odd", 2, 1), 1)
    with pytest.raises(NoExpressionError):
        expression(stages(), values, "stride")


@pytest.mark.parametrize(
    ("values", "given", "wanted"),
    [
        ((True, False, True), {"last": (True, False, True)}, "last"),
        ((False, True, False), {"last": (True, False, True)}, "not last"),
        ((True, False, False), {"stride": (2, 1, 1)}, "stride != 1"),
        ((True, True, False), {"depth": (1, 1, 0)}, "depth == 1"),
        ((True, False, False), {"planes": (32, 32, 64)}, "in_channels != planes"),
        ((False, True, True), {"planes": (32, 32, 64)}, "in_channels == planes"),
        (
            (True, False, False),
            {"stride": (1, 2, 1), "planes": (16, 32, 32)},
            "stride == 1 and in_channels == planes",
        ),
        ((True, MISSING, False), {"skip": (True, False, False)}, "skip"),
        ((True, False, True), {}, ""),
        ((1, 0, 1), {"last": (True, False, True)}, ""),
    ],
)
def test_a_condition(
    values: tuple[Any, ...], given: dict[str, tuple[Any, ...]], wanted: str
) -> None:
    assert condition(stages(**given), values) == wanted


def test_a_condition_compares_channels_with_what_a_layer_has() -> None:
    features = stages(planes=(4, 4, 16))
    channels = (16, 16, 64)
    text = expression(features, channels, "out_channels", "channels")
    assert text == "${4 * planes}"
    wanted = "in_channels != 4 * planes"
    assert condition(features, (False, True, False)) == wanted

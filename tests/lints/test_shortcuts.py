"""MG545: residual blocks without a shortcut, and streams that only grow."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

BLOCK = """
name: Net
input: [8]
blocks: {{Residual: {{layers: [{layers}]}}}}
layers: [{{Linear: 8}}, {{Residual: , repeat: {times}}}, {{Linear: 2}}]
"""
PLAIN = (
    "{Linear: 8, name: one}, BatchNorm1d, {ReLU: , name: act}, {Linear: 8, name: two}"
)
CUT = f"{PLAIN}, {{add: , from: [two, act]}}, ReLU"
WHOLE = f"{PLAIN}, {{add: , from: [two, input]}}, ReLU"
NORMED = "{LayerNorm: , name: norm}, {Linear: 8, name: two}, {add: , from: [two, norm]}"
BEFORE = "BatchNorm1d, {Linear: 8}, {ReLU: , name: out}, {add: , from: [out, input]}"
BEHIND = "{Linear: 8}, {ReLU: , name: out}, {add: , from: [out, input]}, BatchNorm1d"
ENDED = "BatchNorm1d, ReLU, {Linear: 8, name: out}, {add: , from: [out, input]}"


@pytest.mark.parametrize(
    ("layers", "times", "codes"),
    [
        (CUT, 5, [545]),
        (CUT, 2, []),
        (WHOLE, 5, []),
        (NORMED, 5, []),
        (BEFORE, 5, [545]),
        (BEFORE, 2, []),
        (BEHIND, 5, []),
        (ENDED, 5, []),
    ],
)
def test_blocks(layers: str, times: int, codes: list[int]) -> None:
    assert in_spec(BLOCK.format(layers=layers, times=times), only=(545,)) == codes


def test_a_block_that_has_several_layers_of_its_own_is_judged_as_a_whole() -> None:
    inner = "{Sequential: [{Linear: 8}, ReLU, {Linear: 8}], name: body}"
    assert (
        in_spec(
            BLOCK.format(layers=f"{inner}, {{add: , from: [body, input]}}", times=4),
            only=(545,),
        )
        == []
    )


@pytest.mark.parametrize(
    ("factor", "codes"), [("0.0001", [545]), ("0.1", []), ("0.5", [])]
)
def test_branches_that_are_multiplied_away(factor: str, codes: list[int]) -> None:
    layers = f"{{Linear: 8}}, ReLU, {{mul: {factor}, name: out}}, "
    layers += "{add: , from: [out, input]}"
    assert in_spec(BLOCK.format(layers=layers, times=1), only=(545,)) == codes


GATES = "{Linear: 8, name: new}, {Linear: 8, name: open, from: input}, "
ADDED = """
{sigmoid: , name: g}, {mul: , from: [new, g], name: a}, \
{mul: , from: [input, g], name: b}, {add: , from: [a, b]} | 545
{Sigmoid: , name: g}, {mul: , from: [g, new], name: a}, {Dropout: 0.1, name: d}, \
{mul: , from: [g, input], name: b}, {add: , from: [b, d]} | 545
{sigmoid: , name: g}, {sigmoid: , from: open, name: h}, \
{mul: , from: [new, g], name: a}, {mul: , from: [input, h], name: b}, \
{add: , from: [a, b]} | 545
{sigmoid: , name: g}, {sub: {input: 1.0}, name: h}, {mul: , from: [new, h], name: a}, \
{mul: , from: [input, h], name: b}, {add: , from: [a, b]} | 545
{sigmoid: , name: g}, {sub: {input: 1.0}, name: h}, {mul: , from: [new, g], name: a}, \
{mul: , from: [input, h], name: b}, {add: , from: [a, b]} |
{sigmoid: , name: g}, {sigmoid: , from: new, name: h}, \
{mul: , from: [new, g], name: a}, {mul: , from: [input, h], name: b}, \
{add: , from: [a, b]} |
{sigmoid: }, {chunk: {chunks: 2, dim: 1, names: [g, h]}}, {mul: , from: [chunk_1.g, \
chunk_1.h]}, {Linear: 8}, {add: , from: [linear_1, new]} |
{sigmoid: , name: g}, {mul: , from: [new, g], name: a}, {add: , from: [a, input]} |
{tanh: , name: g}, {mul: , from: [new, g], name: a}, \
{mul: , from: [input, g], name: b}, {add: , from: [a, b]} |
"""


@pytest.mark.parametrize("row", rows(ADDED.replace("\\\n", "")))
def test_two_ways_with_one_gate(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(GATES + layers, "[8]"), only=(545,)) == [
        *map(int, codes.split())
    ]

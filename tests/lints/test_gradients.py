"""MG521: layers that no gradient reaches."""

from __future__ import annotations

import pytest

from .finds import in_spec

TRAINED = "training: {data: {npz: a.npz}, loss: MSELoss, optimizer: Adam, epochs: 9"
BLOCKED = [
    "[{Linear: 4}, detach]",
    "[{Linear: 4}, round]",
    "[{Linear: 4}, sign, {Linear: 2}]",
    "[{Linear: 4}, detach, {Linear: 2}]",
    "[{Linear: 4}, {gt: 0}, float, {Linear: 2}]",
    "[{Linear: 4}, {argmax: 1}, float, {unsqueeze: 1}, {Linear: 2}]",
    "[{Linear: 4}, sigmoid, bernoulli, {Linear: 2}]",
    "[{Sequential: [{Linear: 4}, Tanh, floor]}, {Linear: 2}]",
    "[{Linear: 4, repeat: 3}, trunc]",
]
FREE = [
    "[{Linear: 4}]",
    "[detach, {Linear: 4}]",
    "[{gt: 0}, float, {Linear: 4}]",
    "[{Linear: 4, name: x}, round, {sub: , from: [round_1, x]}, detach, "
    "{add: , from: [x, detach_1]}, {Linear: 2}]",
    "[{Linear: 4, name: x}, {topk: {k: 2, dim: 1, names: [best, at]}}, {Linear: 2}]",
    "[{Linear: 8, name: x}, {share: x}, detach, {Linear: 8, from: input, name: y}, "
    "{sub: , from: [y, detach_1]}, {share: x}]",
    "[{Linear: 4, name: fixed}, detach, {Linear: 4, from: input, name: guess}, "
    "{sub: , from: [guess, detach_1]}]",
    "[{Linear: 4, name: x}, {gt: 0}, {masked_fill: 0.0, from: [x, gt_1]}]",
    "[{Dropout: 0.5}, {randn_like: }, {add: , from: [input, randn_like_1]}, "
    "{Linear: 2}]",
]


def found(layers: str, rest: str = "") -> list[int]:
    text = f"name: Net\ninput: [8]\nlayers: {layers}\n{TRAINED}{rest}}}\n"
    return in_spec(text, only=(521,))


@pytest.mark.parametrize("layers", BLOCKED)
def test_layers_that_no_gradient_reaches(layers: str) -> None:
    assert found(layers) == [521]
    assert found(layers, ", weights: old.pt") == []
    assert found(layers, ", freeze: ['*.bias']") == []


@pytest.mark.parametrize("layers", FREE)
def test_another_way_is_enough(layers: str) -> None:
    assert found(layers) == []


@pytest.mark.parametrize("layers", BLOCKED)
def test_a_network_without_a_training(layers: str) -> None:
    text = f"name: Net\ninput: [8]\nlayers: {layers}\n"
    behind = layers.endswith("{Linear: 2}]")
    others = any(each in layers for each in ("detach", "argmax", "bernoulli"))
    last = [521] if behind and not others else []
    assert in_spec(text, only=(521,)) == last


HEADS = """
name: Net
input: [8]
blocks: {{Head: {{layers: [{{Linear: 4}}, ReLU, {{Linear: 2}}]}}}}
layers: [{{Linear: 8, name: body}}, {{{main}, name: one}}, \
{{{side}, from: body, name: two}}]
outputs: [one, two]
training:
  data: {{npz: a.npz}}
  loss: [{loss}]
  optimizer: Adam
"""
TWICE = "{MSELoss: , on: one}, {L1Loss: , on: one, weight: 0.5}"
EACH = "{MSELoss: , on: one}, {L1Loss: , on: two}"


@pytest.mark.parametrize("side", ["Head: ", "Linear: 2"])
@pytest.mark.parametrize("main", ["Head: ", "Linear: 2"])
def test_a_head_that_no_loss_is_on(main: str, side: str) -> None:
    def of(loss: str) -> list[int]:
        return in_spec(HEADS.format(main=main, side=side, loss=loss), only=(521,))

    assert of(TWICE) == [521]
    assert of("MSELoss") == [521]
    assert of(EACH) == []


def test_a_part_of_a_block_that_its_last_use_leaves_out() -> None:
    block = "{outputs: [stream, skip], layers: [{Linear: 8, name: skip}, "
    block += "{Linear: 8, name: side}, {add: , from: [side, input], name: stream}]}"
    layers = "[{Step: , name: one}, {Step: , name: two}, "
    layers += "{add: , from: [one.skip, two.skip]}, {Linear: 2}]"
    text = f"name: Net\ninput: [8]\nblocks: {{Step: {block}}}\nlayers: {layers}\n"
    assert in_spec(f"{text}{TRAINED}}}\n", only=(521,)) == []

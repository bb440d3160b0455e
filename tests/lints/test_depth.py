"""MG532 and MG533: networks too deep, and sequences too long, for their gradients."""

from __future__ import annotations

import pytest

from .finds import finds, in_spec


def deep(inside: str, times: int, rest: str = "") -> list[int]:
    layers = f"[{{Linear: 16}}, {{Sequential: [{inside}], repeat: {times}}}]"
    text = f"name: Net\ninput: [8]\nlayers: {layers}\n{rest}"
    return in_spec(text, only=(532,))


def test_a_layer_that_is_too_many() -> None:
    assert deep("ReLU, {Linear: 16}", 21) == [532]
    assert deep("gelu, {Dropout: 0.1}, {Linear: 16}", 50) == [532]
    assert deep("ReLU, {Linear: 16}", 20) == []
    assert deep("{Linear: 16}, {Linear: 16}, ReLU", 12) == []


@pytest.mark.parametrize(
    "inside",
    [
        "LayerNorm, ReLU, {Linear: 16}",
        "ReLU, {Linear: 16, parametrize: weight_norm}",
        "SELU, {Linear: 16}",
    ],
)
def test_what_keeps_signals_alive(inside: str) -> None:
    assert deep(inside, 30) == []


def test_a_rule_for_initial_values_and_a_way_around() -> None:
    rest = "init: {Linear: {weight: kaiming_normal_}}\n"
    assert deep("ReLU, {Linear: 16}", 30, rest) == []
    around = "[ReLU, {Linear: 8}, {add: , from: [linear_1, input]}]"
    text = f"name: Net\ninput: [8]\nblocks: {{Step: {{layers: {around}}}}}\n"
    text += "layers: [{Step: , repeat: 30}]\n"
    assert in_spec(text, only=(532,)) == []


def test_convolutions_with_pools_between() -> None:
    conv = "Conv2d: {out_channels: 8, kernel_size: 3, padding: 1}"
    layers = (conv, "LeakyReLU", conv, "relu", "MaxPool2d: 2")
    assert finds(*layers[:4] * 12, only=(532,)) == [532]
    assert finds(*(layers * 4 + layers[:4] * 8), only=(532,)) == [532]
    assert finds(*layers * 4, *layers[:4] * 6, only=(532,)) == []


@pytest.mark.parametrize(("steps", "codes"), [(784, [533]), (100, [533]), (99, [])])
def test_a_state_that_is_carried_far(steps: int, codes: list[int]) -> None:
    def found(*layers: str) -> list[int]:
        return finds(*layers, "Linear: 2", image=f"[{steps}, 4]", only=(533,))

    assert found("RNN: 8\n    select: last") == codes
    assert found("RNN: {hidden_size: 8, num_layers: 2}\n    select: hidden") == codes
    assert found("RNN: 8") == []
    assert found("GRU: 8\n    select: last") == []
    assert found("LSTM: 8\n    select: last") == []
    identity = "{matrices: eye_}"
    assert found(f"RNN: 8\n    select: last\n    init: {identity}") == []


@pytest.mark.parametrize(("steps", "codes"), [(999, []), (1000, [533])])
@pytest.mark.parametrize("layer", ["LSTM", "GRU"])
def test_gates_do_not_keep_a_thousand_steps(
    layer: str, steps: int, codes: list[int]
) -> None:
    read = f"{layer}: 8\n    select: hidden"
    assert finds(read, "Linear: 2", image=f"[{steps}, 4]", only=(533,)) == codes


@pytest.mark.parametrize(("layers", "codes"), [(8, [532]), (4, [])])
def test_recurrent_layers_in_a_stack(layers: int, codes: list[int]) -> None:
    stack = f"LSTM: {{hidden_size: 8, num_layers: {layers}}}"
    assert finds(stack, "Linear: 2", image="[6, 4]", only=(532,)) == codes


ATTENTION = "{MultiheadAttention: {num_heads: 2}, from: [norm, norm, norm], name: att}"
OWN = (
    "{Linear: 8, name: q}, {Linear: 8, name: k, from: norm}, "
    "{Linear: 8, name: v, from: norm}, "
    "{scaled_dot_product_attention: , from: [q, k, v], name: att}"
)


@pytest.mark.parametrize("attention", [ATTENTION, OWN])
def test_attentions_without_a_way_around(attention: str) -> None:
    def of(times: int, after: str = "") -> list[int]:
        block = (
            f"[{{LayerNorm: , name: norm}}, {attention}, {{Linear: 8}}, ReLU{after}]"
        )
        text = f"name: Net\ninput: [6, 8]\nblocks: {{Block: {{layers: {block}}}}}\n"
        text += f"layers: [{{Block: , repeat: {times}}}]\n"
        return in_spec(text, only=(532,))

    assert of(4) == [532]
    assert of(3) == []
    assert of(8, ", {add: , from: [relu_1, input]}") == []

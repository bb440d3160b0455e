"""Functions and tensors of networks in public code, against torch written by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mlpgen import api

from .networks import check_proved, model, network_of


def made(text: str) -> dict[str, nn.Module]:
    """Make a model in each style, with the same seed."""
    loaded = network_of(text)
    assert not loaded.warnings
    return {style: model(loaded, style) for style in api.STYLES}


def results(text: str, *inputs: Tensor) -> Tensor:
    """Run a network in both styles, in eval mode with one seed; they must be equal."""
    found = []
    for each in made(text).values():
        torch.default_generator.manual_seed(2)
        found.append(each.eval()(*inputs))
    assert torch.equal(found[0], found[1])
    output: Tensor = found[0]
    return output


def test_scores_behind_a_mask_get_no_weight() -> None:
    text = """
name: Masked
input: {scores: [6, 6], mask: {shape: [6, 6], dtype: bool}}
layers:
  - masked_fill: -.inf
    from: [scores, mask]
  - softmax: -1
"""
    scores, mask = torch.randn(2, 6, 6), torch.ones(2, 6, 6).triu(1).bool()
    wanted = scores.masked_fill(mask, float("-inf")).softmax(-1)
    assert torch.equal(results(text, scores, mask), wanted)
    assert (
        'masked_fill(mask, float("-inf"))' in api.render(network_of(text))["masked.py"]
    )


def test_the_largest_scores_and_their_places() -> None:
    text = """
name: Largest
input: [8]
layers:
  - topk: {k: 2, dim: -1, names: [scores, places]}
    name: best
  - softmax: -1
    from: best.scores
    name: weights
  - zeros_like:
    from: input
  - scatter: 1
    from: [zeros_like_1, best.places, weights]
"""
    x = torch.randn(5, 8)
    scores, places = torch.topk(x, 2, dim=-1)
    wanted = torch.zeros(5, 8).scatter(1, places, scores.softmax(-1))
    assert torch.equal(results(text, x), wanted)


def test_no_gradient_flows_through_detach() -> None:
    text = """
name: Frozen
input: [8]
layers:
  - Linear: 4
    name: body
  - detach
  - Linear: 2
    name: head
"""
    for each in made(text).values():
        each(torch.randn(3, 8)).sum().backward()
        gradients = {name: p.grad for name, p in each.named_parameters()}
        assert gradients["body.weight"] is None
        assert gradients["head.weight"] is not None


CHOICES = {
    "{input: 1.0, other: 0.0}": lambda x: torch.where(x > 0, 1.0, 0.0),
    "{input: 2, other: 3}": lambda x: torch.where(x > 0, 2, 3),
    "{input: -.inf}": lambda x: torch.where(x > 0, -torch.inf, x),
    "{other: .inf}": lambda x: torch.where(x > 0, x, torch.inf),
}


@pytest.mark.parametrize("numbers", CHOICES)
def test_where_takes_numbers(numbers: str) -> None:
    text = f"""
name: Chosen
input: [8]
layers:
  - gt: 0
    name: positive
  - where: {numbers}
"""
    text += "    from: [positive, input]\n" if "inf" in numbers else ""
    x = torch.randn(5, 8)
    found, wanted = results(text, x), CHOICES[numbers](x)
    assert torch.equal(found, wanted)
    assert found.dtype == wanted.dtype


def test_a_variational_autoencoder_samples_in_both_modes() -> None:
    text = """
name: Vae
input: [8]
outputs: [restored, mu, log_var]
layers:
  - Linear: 4
    name: mu
  - Linear: 4
    from: input
    name: log_var
  - mul: 0.5
  - exp
  - randn_like:
    from: mu
  - mul:
    from: [exp_1, randn_like_1]
  - add:
    from: [mu, mul_2]
  - Linear: 8
    name: restored
"""
    code = api.render(network_of(text))["vae.py"]
    assert "torch.exp(log_var * 0.5) * torch.randn_like(mu)" in code
    x = torch.randn(5, 8)
    for training in (True, False):
        drawn = []
        for each in made(text).values():
            each.train(training)
            torch.default_generator.manual_seed(3)
            restored, mu, log_var = each(x)
            torch.default_generator.manual_seed(3)
            z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
            drawn.append(restored)
            assert torch.equal(restored, each.restored(z))
            assert not torch.equal(restored, each(x)[0])
        assert torch.equal(*drawn)


ORDER = """
name: Positions
input: {t: {shape: [8], dtype: int64}}
layers:
  - Embedding: {num_embeddings: 32, embedding_dim: 4}
    name: tokens
  - arange: 8
    name: order
  - Embedding: {num_embeddings: 8, embedding_dim: 4}
    name: positions
  - add:
    from: [tokens, positions]
"""


def test_positions_are_counted_on_the_device_of_the_input() -> None:
    assert network_of(ORDER).graph.total_parameters == 160
    code = api.render(network_of(ORDER))["positions.py"]
    assert "self.positions(torch.arange(8, device=t.device))" in code
    t = torch.randint(32, (3, 8))
    for each in made(ORDER).values():
        wanted = each.tokens(t) + each.positions(torch.arange(8))
        assert torch.equal(each(t), wanted)


NEW = {
    "arange: {start: 1, end: 9}": torch.arange(1, 9),
    "arange: {end: 16, step: 2, dtype: float32}": torch.arange(0.0, 16, 2),
    "linspace: {start: 0, end: 1, steps: 8}": torch.linspace(0, 1, 8),
    "zeros: [8]": torch.zeros(8),
    "ones: {size: [8], dtype: int64}": torch.ones(8, dtype=torch.int64),
    "full: {size: [8], fill_value: 3}": torch.full((8,), 3),
    "full: {size: [8], fill_value: -.inf}": torch.full((8,), -torch.inf),
    "eye: 8": torch.eye(8),
    "eye: {n: 8, m: 8, dtype: bool}": torch.eye(8) > 0,
}


@pytest.mark.parametrize("entry", NEW)
def test_new_tensors(entry: str) -> None:
    text = f"name: New\ninput: [8]\nlayers:\n  - {entry}\n    name: new\n"
    text += "  - add:\n    from: [input, new]\noutputs: [add_1, new]\n"
    x = torch.randn(2, 8) if "eye" not in entry else torch.randn(2, 8, 8)
    text = text.replace("input: [8]", "input: [8, 8]") if "eye" in entry else text
    for each in made(text).values():
        total, new = each(x)
        assert torch.equal(new, NEW[entry])
        assert new.dtype == NEW[entry].dtype
        assert torch.equal(total, x + NEW[entry])


def test_numbers_in_the_place_of_the_first_tensor() -> None:
    text = """
name: Counted
input: [8]
layers:
  - sub: {input: 1}
  - pow: {input: 2.0}
  - div: {input: 3}
"""
    x = torch.randn(2, 8)
    assert torch.equal(results(text, x), 3 / torch.pow(2.0, 1 - x))


def test_new_fractions_are_as_precise_as_the_input() -> None:
    text = """
name: Shifted
input: {tokens: {shape: [8], dtype: int64}, x: [8]}
outputs: [order, line, sum]
layers:
  - arange: 8
    name: order
  - linspace: {start: 0, end: 1, steps: 8}
    name: line
  - add:
    from: [x, line]
    name: sum
  - add:
    from: [sum, tokens]
"""
    text = text.replace("[order, line, sum]", "[order, line, sum, add_1]")
    tokens, x = torch.ones(2, 8, dtype=torch.int64), torch.randn(2, 8)
    for each in made(text).values():
        half = each.bfloat16()(tokens, x.bfloat16())
        kinds = [torch.int64, torch.bfloat16, torch.bfloat16, torch.bfloat16]
        assert [found.dtype for found in half] == kinds


def test_a_buffer_of_numbers() -> None:
    text = """
name: Centred
input: [3, 8, 8]
layers:
  - buffer: {shape: [3, 1, 1], values: [0.485, 0.456, 0.406]}
    name: mean
  - sub:
    from: [input, mean]
"""
    x = torch.randn(2, 3, 8, 8)
    wanted = x - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    assert torch.equal(results(text, x), wanted)
    for each in made(text).values():
        assert list(each.state_dict()) == ["mean"]


def test_a_buffer_that_is_not_saved() -> None:
    text = """
name: NotSaved
input: [8]
layers:
  - buffer: {shape: [8], init: ones_, persistent: false}
    name: scale
  - mul:
    from: [input, scale]
"""
    for each in made(text).values():
        assert not each.state_dict()
        assert [name for name, _ in each.named_buffers()] == ["scale"]
        assert torch.equal(each(torch.arange(8.0)), torch.arange(8.0))


def test_a_block_without_inputs() -> None:
    text = """
name: NoInput
input: [3, 4]
blocks:
  Queries:
    layers:
      - parameter: [3, 4]
layers:
  - Queries:
    name: queries
  - add:
    from: [input, queries]
"""
    assert network_of(text).graph.total_parameters == 12
    x = torch.randn(2, 3, 4)
    for each in made(text).values():
        each.queries.parameter_1.data.normal_()
        assert torch.equal(each(x), x + each.queries.parameter_1)
        assert list(each.state_dict()) == ["queries.parameter_1"]


def test_coral_has_a_bias_for_each_rank() -> None:
    """Ordinal regression: https://arxiv.org/abs/1901.07884."""
    text = """
name: Coral
input: [8]
outputs: [logits, ranks]
layers:
  - Linear: {out_features: 1, bias: false}
    name: score
  - parameter: {shape: [4]}
    name: biases
  - add:
    from: [score, biases]
    name: logits
  - gt: 0
  - sum: 1
    name: ranks
"""

    class Coral(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.score = nn.Linear(8, 1, bias=False)
            self.biases = nn.Parameter(torch.zeros(4))

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            logits = self.score(x) + self.biases
            return logits, (logits > 0).sum(dim=1)

    x = torch.randn(5, 8)
    for each in made(text).values():
        wanted = Coral()
        wanted.load_state_dict(each.state_dict())
        for found, right in zip(each(x), wanted(x), strict=True):
            assert torch.equal(found, right)


ROPE = """
name: Rope
parameters: {theta: 10000.0}
input: [2, 6, 8]
blocks:
  Rotary:
    parameters: {length: 6, width: 8, theta: 10000.0}
    layers:
      - buffer:
          layers:
            - arange: {end: "${width}", step: 2}
            - div: "${width}"
            - pow: {input: "${theta}"}
            - div: {input: 1.0}
            - arange: "${length}"
              name: positions
            - outer:
              from: [positions, div_2]
            - cat: {dim: 1}
              from: [outer_1, outer_1]
          persistent: false
        name: angles
      - chunk: {chunks: 2, dim: -1, names: [left, right]}
        from: input
        name: halves
      - neg:
        from: halves.right
      - cat: {dim: -1}
        from: [neg_1, halves.left]
        name: rotated
      - cos:
        from: angles
      - mul:
        from: [input, cos_1]
      - sin:
        from: angles
      - mul:
        from: [rotated, sin_1]
      - add:
        from: [mul_1, mul_2]
layers:
  - Rotary: {theta: "${theta}"}
"""


def rotated(x: Tensor) -> Tensor:
    left, right = x.chunk(2, dim=-1)
    return torch.cat([-right, left], dim=-1)


@pytest.mark.parametrize("theta", [10000.0, 500.0])
def test_rotary_positions(theta: float) -> None:
    """As in Llama: https://arxiv.org/abs/2104.09864."""
    frequencies = 1.0 / (theta ** (torch.arange(0, 8, 2) / 8))
    angles = torch.outer(torch.arange(6), frequencies)
    angles = torch.cat([angles, angles], dim=1)
    x = torch.randn(3, 2, 6, 8)
    wanted = x * angles.cos() + rotated(x) * angles.sin()
    found = results(ROPE.replace("10000.0}\ninput", f"{theta}}}\ninput"), x)
    assert torch.equal(found, wanted)
    assert not made(ROPE)["explicit"].state_dict()


EVERY_MATRIX = """
name: EveryMatrix
input: {src: [8, 16], tgt: [6, 16]}
init:
  Transformer: {matrices: xavier_uniform_, biases: {constant_: 0.5}}
layers:
  - Transformer:
      {nhead: 4, num_encoder_layers: 1, num_decoder_layers: 1, dim_feedforward: 32}
    from: [src, tgt]
    name: transformer
"""


def test_every_matrix_of_a_transformer() -> None:
    """As in torch's own tutorial of translation."""
    at_the_entry = EVERY_MATRIX.replace("Transformer: {mat", "Embedding: {mat")
    start, end = at_the_entry.index("init:"), at_the_entry.index("layers:")
    at_the_entry = at_the_entry[:start] + at_the_entry[end:]
    at_the_entry += "    init: {matrices: xavier_uniform_, biases: {constant_: 0.5}}\n"
    everywhere = EVERY_MATRIX.replace("\n  Transformer: {", " {")
    for text in (EVERY_MATRIX, at_the_entry, everywhere):
        for each in made(text).values():
            torch.default_generator.manual_seed(1)
            wanted = nn.Transformer(16, 4, 1, 1, 32, batch_first=True)
            for name, parameter in wanted.named_parameters():
                if parameter.dim() > 1:
                    nn.init.xavier_uniform_(parameter)
                elif "bias" in name:
                    nn.init.constant_(parameter, 0.5)
            state = wanted.state_dict()
            for name, tensor in each.transformer.state_dict().items():
                assert torch.equal(tensor, state[name]), name


def test_every_matrix_of_a_block() -> None:
    text = """
name: Net
input: [8]
init:
  Head: {biases: ones_}
  Linear: {weight: zeros_}
blocks:
  Head:
    parameters: {width: 6}
    layers:
      - Linear: "${width}"
        name: bias_net
      - LayerNorm
        name: bias_norm
      - parameter: {shape: [6]}
        name: biases
      - add:
        from: [bias_norm, biases]
layers:
  - Head:
    name: first
  - Sequential:
      - Linear: 8
      - Head
    name: second
    init: {matrices: {constant_: 3}, biases: {constant_: 2}}
"""
    text = text.replace("- LayerNorm\n", "- LayerNorm:\n")
    for each in made(text).values():
        first = {
            name: set(p.unique().tolist()) for name, p in each.first.named_parameters()
        }
        assert first == {
            "biases": {1.0},
            "bias_net.weight": {0.0},
            "bias_net.bias": {1.0},
            "bias_norm.weight": {1.0},
            "bias_norm.bias": {1.0},
        }
        second = {
            n: set(p.unique().tolist()) for n, p in each.second.named_parameters()
        }
        assert second == {
            "linear_1.weight": {3.0},
            "linear_1.bias": {2.0},
            "head_1.biases": {2.0},
            "head_1.bias_net.weight": {3.0},
            "head_1.bias_net.bias": {2.0},
            "head_1.bias_norm.weight": {1.0},
            "head_1.bias_norm.bias": {2.0},
        }


@pytest.mark.parametrize(
    ("init", "made"),
    [
        ("zeros_", "torch.zeros(2)"),
        ("ones_", "torch.ones(2)"),
        ({"constant_": 2.0}, "torch.empty(2)"),
        ("normal_", "torch.empty(2)"),
    ],
)
@pytest.mark.parametrize("kind", ["parameter", "buffer"])
def test_a_tensor_of_equal_numbers_is_made_at_once(
    kind: str, init: Any, made: str
) -> None:
    data = {
        "name": "Net",
        "input": [2],
        "layers": [
            {kind: {"shape": [2], "init": init}, "name": "held"},
            {"add": None, "from": ["input", "held"]},
        ],
    }
    (text,) = api.render(network_of(json.dumps(data)), "explicit").values()
    assert made in text
    assert ("nn.init." in text) == (made == "torch.empty(2)")


def test_relative_positions_of_a_window() -> None:
    """As in Swin: https://arxiv.org/abs/2103.14030."""
    text = """
name: Window
input: [9, 9]
layers:
  - buffer:
      persistent: false
      layers:
        - arange: 3
          name: steps
        - meshgrid: {names: [rows, columns]}
          from: [steps, steps]
          name: grid
        - stack: {dim: 0}
          from: [grid.rows, grid.columns]
        - flatten: 1
          name: places
        - unsqueeze: 2
        - unsqueeze: 1
          from: places
        - sub:
          from: [unsqueeze_1, unsqueeze_2]
        - add: 2
        - unbind: {dim: 0, names: [down, right]}
          name: both
        - mul: 5
          from: both.down
        - add:
          from: [mul_1, both.right]
    name: index
  - add:
    from: [input, index]
"""
    rows, columns = torch.meshgrid(torch.arange(3), torch.arange(3), indexing="ij")
    places = torch.stack([rows, columns]).flatten(1)
    relative = places[:, :, None] - places[:, None, :] + 2
    index = relative[0] * 5 + relative[1]
    for each in made(text).values():
        assert torch.equal(each.index, index)


@pytest.mark.parametrize("persistent", ["false", "${1 > 2}", "${0 == 1}"])
def test_a_computed_buffer_reads_its_arguments_as_any_layer(persistent: str) -> None:
    text = f"""
name: Places
input: [8]
layers:
  - buffer: {{layers: [{{arange: 8}}], persistent: "{persistent}"}}
    name: places
  - add:
    from: [input, places]
"""
    for each in made(text.replace('"false"', "false")).values():
        assert not each.state_dict()
        assert [*dict(each.named_buffers())] == ["places"]


def test_multiply_adds_of_a_block_that_takes_the_view_of_a_parameter() -> None:
    text = """
name: Positions
input: [6, 8]
blocks:
  Sum:
    input: [image, places]
    layers:
      - add:
        from: [image, places]
      - Linear: 4
layers:
  - parameter: {shape: [9, 8]}
    name: positions
  - slice: {dim: 0, end: 6}
  - Sum:
    from: [input, slice_1]
"""
    check_proved(network_of(text))


def test_a_tensor_may_be_one_number() -> None:
    text = """
name: Scaled
input: [4]
layers:
  - parameter: {shape: [], init: {constant_: 2.5}}
    name: temperature
  - buffer: {shape: [], values: [3]}
    name: offset
  - mul:
    from: [input, temperature]
  - add:
    from: [mul_1, offset]
"""
    assert torch.equal(results(text, torch.ones(2, 4)), torch.full((2, 4), 5.5))
    assert {
        key: each.shape for key, each in made(text)["explicit"].state_dict().items()
    } == {
        "temperature": torch.Size(()),
        "offset": torch.Size(()),
    }
    check_proved(network_of(text))

"""Functions and tensors of networks in public code, against torch written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

from mlpgen import api, source
from mlpgen.graph.build import build

from .networks import model

if TYPE_CHECKING:
    from mlpgen.api import Network


def network(text: str) -> Network:
    """Load a spec that is given as text."""
    document = source.parse(text.encode(), "spec.yaml")
    built = build(document)
    return api.Network(built.graph, built.warnings, document, {})


def made(text: str) -> dict[str, nn.Module]:
    """Make a model in each style, with the same seed."""
    loaded = network(text)
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
    assert 'masked_fill(mask, float("-inf"))' in api.render(network(text))["masked.py"]


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
    code = api.render(network(text))["vae.py"]
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

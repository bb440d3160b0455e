"""The interpreter of `prove`: it evaluates every layer, and finds mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml
from torch import nn

from mlpgen import api
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS
from mlpgen.proof.checks.comparison import close
from mlpgen.proof.checks.errors import FailsError
from mlpgen.proof.checks.spec_comparison import as_written
from mlpgen.proof.checks.subject import Subject, load
from mlpgen.proof.checks.undrawn import Undrawn
from mlpgen.proof.claims import claims
from mlpgen.proof.job import job
from mlpgen.proof.spec_entries import spec_entries
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.layers.base import Layer, Value


def evaluated(text: str, folder: Path, **damage: str) -> str:
    """Run the check on a spec; texts of its code may be replaced, in both styles."""
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    loaded = api.load(folder / "spec.yaml")
    classes = {}
    for style in api.STYLES:
        code = api.render(loaded, style)[f"{loaded.graph.stem}.py"]
        if damage:
            assert damage["old"] in code
            code = code.replace(damage["old"], damage["new"])
        path = folder / f"{style}.py"
        path.write_text(code, encoding="utf-8")
        classes[style] = load(str(path), loaded.graph.name)
    said: Any = claims(loaded.graph)
    entries: Any = spec_entries(loaded)
    with torch.no_grad():
        return as_written(Subject(said, classes, {}, entries))


def spec_of(cls: type[Layer]) -> str:
    """Write a spec of the example of one layer."""
    values = cls.example_inputs or getattr(cls, "examples", lambda: ())()
    layers: list[Any] = []
    inputs, sources = {}, []
    for index, value in enumerate(values or (None,) * min(1, cls.arity[1])):
        name = f"given_{index}"
        sources.append(name)
        if value is not None and not value.batched:
            layers.append({"parameter": {"shape": [*value.shape]}, "name": name})
            if value.dtype != "float32":
                sources[-1] = f"whole_{index}"
                whole = {value.dtype.replace("int64", "long"): None, "from": name}
                layers.append({**whole, "name": sources[-1]})
        else:
            inputs[name] = _input(cls, value)
    if cls.title() == "bernoulli":  # of probabilities
        layers.append({"sigmoid": None, "from": sources, "name": "probabilities"})
        sources = ["probabilities"]
    entry = yaml.safe_load(cls.example)
    entry = {entry: None} if isinstance(entry, str) else entry
    named = {"from": sources} if sources else {}
    layers.append({**entry, **named, "name": "found"})
    if not inputs:  # the model has an input, which some layer takes
        inputs["given"] = {"shape": [1, 1]}
        layers.append({"mul": None, "from": ["given", "found"]})
    return yaml.safe_dump({"name": "One", "input": inputs, "layers": layers})


def _input(cls: type[Layer], value: Value | None) -> dict[str, Any]:
    if value is None:
        return {"shape": [*cls.example_input]}
    return {"shape": [*value.shape], "dtype": value.dtype}


@pytest.mark.parametrize("name", [*FUNCTIONS, *LAYERS])
@pytest.mark.thinned(3)
def test_every_layer_is_evaluated(name: str, tmp_path: Path) -> None:
    cls = layer_class(name)
    assert cls is not None
    assert "of the spec give the same" in evaluated(spec_of(cls), tmp_path)


PAIRS = """\
name: Pairs
input: [4]
blocks:
  Pair:
    outputs: [mu, sigma]
    layers:
      - Linear: 4
        name: mu
      - Linear: 4
        name: sigma
        from: input
      - Tanh
layers:
  - Pair:
    repeat: 3
    name: pairs
  - relu:
    from: pairs.sigma
"""
EVERYTHING = """\
name: Everything
parameters: {depth: 2, wide: true}
input: {image: [3, 8, 8], tokens: {shape: [5], dtype: int64}}
blocks:
  Growing:
    parameters: {channels: 4}
    layers:
      - Conv2d: {out_channels: "${channels + in_channels}", kernel_size: 3, padding: 1}
        name: conv
      - cat: {dim: 1}
        from: [conv, input]
  Reading:
    input: [query, memory]
    outputs: [read, gru.last]
    layers:
      - GRU: {hidden_size: "${in_features}", bidirectional: true}
        name: gru
        select: output
        from: memory
      - Linear: "${memory_features}"
        name: read
        from: query
layers:
  - parameter: {shape: [1, 4], init: normal_}
    name: token
  - Embedding: {num_embeddings: 9, embedding_dim: 4}
    from: tokens
    name: words
  - cat: {dim: 1}
    from: [token, words]
    name: whole
  - Growing: {channels: "${index + 2}"}
    from: image
    repeat: 3
    name: growing
  - Sequential:
      - {Conv2d: {out_channels: 4, kernel_size: 1}, when: "${wide}"}
      - ReLU
      - {Conv2d: {out_channels: 4, kernel_size: 1}, repeat: 2, when: "${index > 0}"}
    name: body
  - Conv2d: {out_channels: 8, kernel_size: 1}
    when: "${not wide}"
  - share: body
    from: growing
  - AdaptiveAvgPool2d: 1
  - flatten: 1
    name: flat
  - Linear:
      out_features: 4
    repeat: "${depth}"
    name: query
  - Reading:
    from: [query, whole]
    name: reading
  - add:
    from: [reading, flat]
    when: "${not wide}"
    name: added
  - chunk: {chunks: 2, dim: 2, names: [left, right]}
    from: whole
    name: halves
  - reshape: [3, -1]
    from: halves.right
  - Linear: 2
outputs: [linear_1, added, halves, reading.gru.last]
"""


SEQUENCES = """\
name: Sequences
input:
  words: [5, 8]
  others: [6, 8]
  padding: {shape: [5], dtype: bool}
  absent: {shape: [6], dtype: bool}
  state: [16]
  image: [4, 6, 8]
blocks:
  Mixed:
    layers: [{Linear: "${2 * in_features}"}]
layers:
  - GRU: {hidden_size: 8, bidirectional: true}
    from: [words, state]
    name: both
  - slice: {dim: 1, end: 8}
    from: both.hidden
    name: one
  - LSTM: 8
    from: [words, one, one]
    select: last
    repeat: 3
    name: deep
  - LSTMCell: 8
    from: [one, one, deep]
    repeat: 2
    name: cell
  - TransformerEncoderLayer: {nhead: 2, src_key_padding_mask: true, is_causal: true}
    from: [words, padding]
    repeat: 2
    name: encoder
  - TransformerDecoderLayer:
      {nhead: 2, tgt_key_padding_mask: true, memory_key_padding_mask: true}
    from: [encoder, others, padding, absent]
    name: decoder
  - Transformer: {nhead: 2, tgt_is_causal: true, num_encoder_layers: 1}
    from: [others, decoder]
    name: whole
  - MultiheadAttention: {num_heads: 2, key_padding_mask: true}
    from: [whole, others, absent]
    name: looked
  - Mixed:
    from: image
    name: mixed
outputs: [looked, both.hidden, deep, cell.cell, encoder, decoder, mixed]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("src_key_padding_mask=padding,", ""),
        ("memory_key_padding_mask=absent", "memory_key_padding_mask=~absent"),
        (", torch.stack(state.chunk(2, dim=1))", ""),
        ("(one, deep)", "(deep, one)"),
        ("layer(deep, (one.unsqueeze(0), one.unsqueeze(0)))", "layer(deep)"),
    ],
)
def test_states_and_masks(old: str, new: str, tmp_path: Path) -> None:
    """They are passed as the spec says; otherwise the check fails."""
    assert evaluated(SEQUENCES, tmp_path).endswith("of the spec give the same")
    with pytest.raises(FailsError, match="is not what the spec says"):
        evaluated(SEQUENCES, tmp_path, old=old, new=new)


@pytest.mark.parametrize(("first", "back"), [("mu", "mu"), ("_", "sigma")])
def test_values_that_run_through_rounds(first: str, back: str, tmp_path: Path) -> None:
    """The first output goes back into a block; both styles could be wrong."""
    (tmp_path / "spec.yaml").write_text(PAIRS, encoding="utf-8")
    code = job("", api.load(tmp_path / "spec.yaml")).texts["explicit"]
    old = code[code.rindex(" -> Tensor:\n") :]
    new = (
        f" -> Tensor:\n        {back} = x\n        for layer in self.pairs:\n"
        f"            {first}, sigma = layer({back})\n        return F.relu(sigma)\n"
    )
    if back == "mu":
        assert evaluated(PAIRS, tmp_path, old=old, new=new).startswith("7 layers")
        return
    with pytest.raises(FailsError, match="`relu_1` of explicit is not what the spec"):
        evaluated(PAIRS, tmp_path, old=old, new=new)


def test_all_features_of_specs(tmp_path: Path) -> None:
    assert evaluated(EVERYTHING, tmp_path) == (
        "21 layers of the spec give the same; not checked: 1 initial value of random "
        "numbers, too few to tell"
    )


def test_a_layer_that_overwrites_another(tmp_path: Path) -> None:
    """The attribute of one layer holds the module of another one."""
    text = "name: Two\ninput: [4]\nlayers: [{Linear: 4}, LayerNorm]\n"
    with pytest.raises(FailsError, match="should be a LayerNorm, but is a Linear"):
        evaluated(text, tmp_path, old="LayerNorm(4)", new="Linear(4, 4)")
    text = text.replace("4}, LayerNorm", "4}, {Linear: 2}")
    with pytest.raises(FailsError, match="`out_features` of `linear_2` is 3, not 2"):
        evaluated(text, tmp_path, old="Linear(4, 2)", new="Linear(4, 3)")


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ([1.0, -2.0], [1.0, -2.0], True),
        ([1.0, -2.0], [1.00001, -2.0], True),
        ([1.0, -2.0], [1.001, -2.0], False),
        ([1000.0, 1e-3], [1000.0, 2e-3], True),
        ([1000.0, 1.0], [1000.05, 1.0], True),
        ([float("nan"), 1.0], [float("nan"), 1.0], True),
        ([float("nan"), 1.0], [0.0, 1.0], False),
        ([float("inf"), 1.0], [float("inf"), 1.0], True),
        ([float("inf"), 1.0], [1.0, 1.0], False),
        ([float("inf"), 1.0], [float("-inf"), 1.0], False),
        ([], [], True),
    ],
)
def test_values_are_close_up_to_rounding(
    one: list[float], other: list[float], wanted: bool
) -> None:
    assert close(torch.tensor(one), torch.tensor(other)) == wanted


def test_models_are_made_without_drawing() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    with Undrawn():
        made = nn.ModuleList(
            [nn.Linear(3, 2), nn.Embedding(4, 2), nn.LSTM(2, 2), nn.Conv2d(1, 2, 3)]
        )
        made.append(nn.MultiheadAttention(4, 2))
        nn.init.trunc_normal_(nn.Parameter(torch.empty(2, 2)))
    assert torch.equal(torch.get_rng_state(), before)
    assert not any(bool(each.any()) for each in made.parameters())

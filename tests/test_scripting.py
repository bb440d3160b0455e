"""torch.jit.script accepts every layer and every way to call it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml

from mlpgen import api
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS
from mlpgen.proof.checks.comparison import same
from mlpgen.proof.checks.subject import call, load, made_inputs
from mlpgen.proof.claims import claims
from mlpgen.spec.types import layer_class

from .networks import network
from .test_interpreter import spec_of

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:enable_nested_tensor:UserWarning"),
    pytest.mark.filterwarnings("ignore:'norm' was found:UserWarning"),
]

REFUSED = {
    "MaxUnpool1d": "isIntList",
    "MaxUnpool2d": "isIntList",
    "MaxUnpool3d": "isIntList",
    "SyncBatchNorm": "attribute lookup is not defined on python value",
}
"""Layers that torch.jit.script always refuses, with its message."""


def scripted(data: dict[str, Any], style: str, folder: Path) -> str:
    """Compare a model with its scripted version; return its code."""
    net = network(data)
    text = api.render(net, style)[f"{net.graph.stem}.py"]
    path = folder / f"{net.graph.stem}.py"
    path.write_text(text, encoding="utf-8")
    said: Any = claims(net.graph)
    model = load(str(path), net.graph.name)().eval()
    inputs = made_inputs(said, 2)
    with torch.no_grad():
        wanted = call(model, inputs)
        found = call(torch.jit.script(model), inputs)
    assert len(wanted) == len(net.graph.outputs)
    assert all(map(same, wanted, found))
    return text


@pytest.mark.parametrize("name", [*FUNCTIONS, *LAYERS])
def test_every_layer_is_scripted(name: str, tmp_path: Path) -> None:
    cls = layer_class(name)
    assert cls is not None
    spec = yaml.safe_load(spec_of(cls))
    style = api.STYLES[0]
    if name not in REFUSED:
        scripted(spec, style, tmp_path)
        return
    with pytest.raises(RuntimeError, match=REFUSED[name]):
        scripted(spec, style, tmp_path)


def spec(*layers: Any, inputs: Any = None, **more: Any) -> dict[str, Any]:
    """Write a spec of some layers."""
    return {"name": "One", "input": inputs or [6, 8], "layers": [*layers], **more}


CELL = {"step": [4], "hidden": [8], "cell": [8]}
PAIR = {
    "layers": [
        {"Linear": 8, "name": "key"},
        {"Linear": 8, "name": "value", "from": "input"},
    ],
    "outputs": ["key", "value"],
}
INNER = {"layers": [{"LSTM": {"hidden_size": 8}, "select": "last"}]}
LAST_CELL = {"LSTMCell": 8, "name": "rnn", "from": [*CELL]}
HALVES = {"chunk": {"chunks": 2, "dim": 2}, "name": "halves"}
ENDS: dict[str, dict[str, Any]] = {
    "cell": spec(LAST_CELL, inputs=CELL),
    "part of a cell": spec(LAST_CELL, inputs=CELL, outputs=["rnn.cell"]),
    "parts of a cell": spec(LAST_CELL, inputs=CELL, outputs=["rnn.cell", "rnn"]),
    "selected part of a cell": spec({**LAST_CELL, "select": "cell"}, inputs=CELL),
    "cell without a state": spec({"LSTMCell": 8}, inputs=[4]),
    "sequence": spec({"GRU": 8}),
    "last step": spec({"GRU": 8, "select": "last"}),
    "final state": spec({"LSTM": 8, "select": "hidden"}),
    "final cell of two directions": spec(
        {"LSTM": {"hidden_size": 8, "bidirectional": True}, "select": "cell"}
    ),
    "state that was used": spec(
        {"LSTM": 8, "name": "reader"},
        {"Linear": 8, "from": "reader.hidden"},
        {"relu": None, "name": "used"},
        {"LSTM": 8, "from": ["input", "used", "reader.cell"], "name": "again"},
        outputs=["again.hidden"],
    ),
    "attention": spec({"MultiheadAttention": 2}),
    "causal attention": spec(
        {"MultiheadAttention": {"num_heads": 2, "is_causal": True}}
    ),
    "causal encoder": spec(
        {"TransformerEncoder": {"num_layers": 2, "nhead": 2, "is_causal": True}}
    ),
    "causal layers": spec(
        {"TransformerEncoderLayer": {"nhead": 2, "is_causal": True}, "repeat": 2}
    ),
    "causal decoder": spec(
        {
            "TransformerDecoderLayer": {"nhead": 2, "tgt_is_causal": True},
            "from": ["a", "b"],
        },
        inputs={"a": [6, 8], "b": [4, 8]},
    ),
    "causal transformer": spec(
        {
            "Transformer": {
                "nhead": 2,
                "num_encoder_layers": 1,
                "num_decoder_layers": 1,
                "dim_feedforward": 8,
                "tgt_is_causal": True,
            },
            "from": ["a", "b"],
        },
        inputs={"a": [6, 8], "b": [4, 8]},
    ),
    "indices": spec({"MaxPool1d": {"kernel_size": 2, "return_indices": True}}),
    "the indices": spec(
        {"MaxPool1d": {"kernel_size": 2, "return_indices": True}, "select": "indices"}
    ),
    "half": spec({**HALVES}, outputs=["halves.second"]),
    "halves": spec({**HALVES}, outputs=["halves.second", "halves"]),
    "part of a block": spec(
        {"Pair": None, "name": "pair"}, blocks={"Pair": PAIR}, outputs=["pair.value"]
    ),
    "selected part of a block": spec(
        {"Pair": None, "select": "value"}, blocks={"Pair": PAIR}
    ),
    "parts of a block": spec(
        {"Pair": None, "name": "pair"},
        blocks={"Pair": PAIR},
        outputs=["pair.value", "pair"],
    ),
    "rounds of parts": spec(
        {"Pair": None, "name": "pair", "repeat": 3}, blocks={"Pair": PAIR}
    ),
    "rounds of a sequence": spec({"LSTM": 8, "repeat": 3}),
    "rounds of a branch": spec(
        {"Linear": 8, "name": "start"},
        {"LSTM": 8, "repeat": 2, "from": "start", "name": "reader"},
        {"add": None, "from": ["reader", "start"]},
        {"GRU": 8, "repeat": 2, "name": "end"},
    ),
    "block that ends so": spec({"Inner": None}, blocks={"Inner": INNER}),
    "long call": spec(
        {
            "MultiheadAttention": {"num_heads": 2, "key_padding_mask": True},
            "from": ["a_sequence_with_a_name", "another_sequence_to_look", "padding"],
            "name": "attention_with_a_long_name",
        },
        inputs={
            "a_sequence_with_a_name": [6, 8],
            "another_sequence_to_look": [4, 8],
            "padding": {"shape": [4], "dtype": "bool"},
        },
    ),
}
"""Models that end with several tensors, or with an unusual call."""


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("name", ENDS)
def test_ends_of_models_are_scripted(name: str, style: str, tmp_path: Path) -> None:
    text = scripted(ENDS[name], style, tmp_path)
    assert not re.findall(r"^ +\w+: Tensor$", text, re.MULTILINE)


@pytest.mark.parametrize("style", api.STYLES)
def test_ends_of_models_are_typed(
    style: str, tmp_path: Path, gathered: Gathered
) -> None:
    for index, each in enumerate(ENDS.values()):
        text = api.render(network(each), style)["one.py"]
        (tmp_path / f"one_{index}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def test_a_model_that_ends_with_a_cell() -> None:
    text = api.render(network(ENDS["cell"]))["one.py"]
    assert text.endswith(
        "        x, _ = self.rnn(step, (hidden, cell))\n"
        "        output: Tensor = x\n"
        "        return output\n"
    )
    text = api.render(network(ENDS["final state"]))["one.py"]
    assert text.endswith(
        "        _, (x, _) = self.lstm_1(x)\n        return x[-1]  # (N, 8)\n"
    )


def test_the_mask_of_what_comes_later() -> None:
    text = api.render(network(ENDS["causal attention"]))["one.py"]
    code = " ".join(text.split())
    sizes = "x.shape[1], x.shape[1], dtype=torch.bool, device=x.device"
    assert (
        f"attn_mask=torch.ones( {sizes} ).triu(1), need_weights=False, is_causal=True"
        in code
    )
    assert "import torch\n" in text

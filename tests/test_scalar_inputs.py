"""`shape: []`: an input of one number per example, alone or beside others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlpgen import api

from .networks import network
from .spec_cases import Case
from .test_one_logit import made
from .test_training import rows, train

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "a label": Case(
        """\
name: Net
input: {label: {shape: [], dtype: int64}}
layers:
  - Embedding: {num_embeddings: 10, embedding_dim: 8}
""",
        80,
        (8,),
    ),
    "a time, a label and an image": Case(
        """\
name: Net
input: {image: [1, 4, 4], t: {shape: []}, label: {shape: [], dtype: int64}}
blocks:
  Time:
    parameters: {features: 4, scaled: true}
    layers:
      - mul: 100
        when: "${scaled}"
      - unsqueeze: 1
      - Linear: "${features}"
  Both:
    input: [t, x]
    layers:
      - view: [1, 1, 1]
        from: t
        name: column
      - mul:
        from: [x, column]
layers:
  - Time: 4
    from: t
    name: time
  - Embedding: {num_embeddings: 5, embedding_dim: 4}
    from: label
    name: kind
  - add:
    from: [time, kind]
  - reshape: [1, 2, 2]
  - Upsample: {scale_factor: 2}
    name: both
  - Both:
    from: [t, image]
  - add:
    from: [both_1, both]
  - Flatten
  - Linear: 1
  - squeeze: 1
""",
        8 + 20 + 17,
        (),
    ),
}


SPEC: dict[str, Any] = {
    "name": "Tried",
    "input": {"x": [2], "t": {"shape": []}},
    "layers": [
        {"unsqueeze": 1, "from": "t"},
        {"cat": {"dim": 1}, "from": ["x", "unsqueeze_1"]},
        {"Linear": 1},
        {"squeeze": 1},
    ],
    "training": {
        "data": {"npz": "numbers.npz"},
        "loss": "MSELoss",
        "optimizer": {"Adam": {"lr": 0.1}},
        "normalize": "auto",
        "epochs": 12,
        "batch_size": 20,
    },
}


def test_it_learns_from_arrays(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(200, 2)).astype("float32")
    t = draw.uniform(0, 9, size=200).astype("float32")
    np.savez(tmp_path / "numbers.npz", x=x, t=t, y=x.sum(1) + t)
    script = made(SPEC, tmp_path)
    train(script, "--data-dir", str(tmp_path), "--out", "out")
    assert float(rows(tmp_path / "out")[-1]["test_loss"]) < 0.5


def test_the_docstring_says_that_there_is_one_number() -> None:
    text = api.render(network(SPEC))["tried.py"]
    assert "t  float32 (N,)" in text

"""Networks as people write them become specs, which are proved equal.

`MLPGEN_UPDATE=1 pytest tests/importer/test_networks.py` rewrites the specs in `specs/`.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests import processes

from .batches import BATCHES
from .leftovers import LEFTOVERS
from .lessons import LESSONS
from .networks import NETWORKS
from .stages import STAGES
from .trees import TREES

SPECS = Path(__file__).parent / "specs"
GOLDEN = [name for name, each in NETWORKS.items() if each.golden]
PROVED = {
    "keys, shapes and order",
    "number of parameters",
    "outputs in evaluation",
    "gradients of all parameters",
}
OTHER_NUMBERS = {"deep"}
"""Those that draw random numbers in a way of their own, so that training differs."""


@cache
def answers() -> dict[str, Any]:
    """Import all networks, in one process."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "answers.json")
        done = processes.run(Path(__file__).parent / "answers.py", str(path))
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def text_of(name: str) -> str:
    assert "error" not in answers()[name], answers()[name]["error"]
    text: str = answers()[name]["text"]
    return text


@pytest.mark.parametrize(
    "name", [*NETWORKS, *TREES, *BATCHES, *STAGES, *LEFTOVERS, *LESSONS]
)
def test_a_network_is_proved_equal(name: str) -> None:
    assert text_of(name)
    statuses = {each["name"]: each["status"] for each in answers()[name]["checks"]}
    training = statuses.pop("outputs in training")
    further = statuses.pop("further outputs", "")
    assert statuses == dict.fromkeys(PROVED, "ok")
    assert training == ("note" if name in OTHER_NUMBERS else "ok")
    assert further == ("note" if name == "auxiliary" else "")


@pytest.mark.parametrize("name", GOLDEN)
def test_the_spec_is_the_one_in_the_folder(name: str) -> None:
    golden = SPECS / f"{name}.yaml"
    if os.environ.get("MLPGEN_UPDATE"):
        golden.write_text(text_of(name), encoding="utf-8")
    wanted = golden.read_text("utf-8") if golden.exists() else ""
    assert text_of(name) == wanted, "MLPGEN_UPDATE=1 pytest accepts the new spec"


def test_every_spec_in_the_folder_is_of_a_network() -> None:
    assert {path.stem for path in SPECS.iterdir()} == {*GOLDEN}
    assert len(GOLDEN) >= 8


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("apart", ["name: convs.0", "name: convs.1"]),
        ("shared", ["- share: encoder"]),
        ("batch_first", ["- {LSTM: 7, ", "- select: {dim: 1, index: -1}"]),
        ("batch_second", ["- LSTM: {hidden_size: 7, num_layers: 2}"]),
        ("zero_states", ["- {GRUCell: 6, ", "- Dropout\n"]),
        ("called_by_name", ["- {Basic, name: block}"]),
        ("lists_in_a_list", ["name: layers.0.0", "name: layers.1.1"]),
        ("kept_tensors", ["shape: [4, 6]", "mul: 0.7071067", "div: 3"]),
        ("one_activation", ["Linear: 4}, Swish, {"]),
        ("windows", ["- chunk: {chunks: 3, dim: 3, names: [q, k, v]}"]),
        ("several", ["tokens: {shape: [7], dtype: int64}", "name: image"]),
        ("pair", ["outputs: [mean, log_variance]"]),
        ("dataclass", ["outputs: [head, hidden]"]),
        ("numbered", ["numbered: true"]),
        ("language", ["name: h, repeat: 3}", "- slice: {dim: 1, start: -1}"]),
        ("language", ["- LayerNorm: {bias: false}\n        name: norm"]),
        (
            "exchange",
            ["- {Identity, name: ways.0.0, ", "[Identity, {Lin"],
        ),
        ("gated", ["[{Gate: 4}, Identity, {Gate: 5}]"]),
        (
            "nested",
            ["- {Tree4, name: left}\n      - {Tree5, "],
        ),
        ("passing", ["input:\n  x: [4]\n  y: [4]\n"]),
        ("lent", ["name: around.0.norm", "- {Positions, name: positions}"]),
        ("left_behind", ["outputs: [fc, mul]", "from: left.0"]),
        ("recursive", ["- {Branch, name: left}", "- {Branch2, "]),
        ("picked", ["- {slice: {dim: 1, start: 1, end: 3}, ", "- {cat: 1, "]),
        (
            "activations",
            [
                '{trunc_normal_: {std: "${std}"}}',
                '{"${act_layer}", name: act2}',
                "{Expanding: GELU, repeat: 2}",
            ],
        ),
        (
            "forgotten",
            [
                '- {BatchNorm2d: "${4 * planes}", name: bn3, unused: true}',
                "name: old_stem\n    numbered: true\n    unused: true\n",
                "name: layer3\n    unused: true",
            ],
        ),
        ("sliced", ["- {BatchNorm2d: 6, name: features.3, unused: true}\n  - {ReLU, "]),
        ("two_names", ["- {share: last, name: every.2, unused: true}"]),
        ("two_names", ["- {share: first, name: inner, unused: true}\n  - {BatchNorm"]),
        ("stacked", ["- {share: conv1, name: features.0, unused: true}"]),
        ("named", ['- mul: "${scale}"', '{Widened: "${second_out_features}", name']),
        ("returned_twice", ["outputs: [narrow, mean]"]),
        ("returned_twice_and_used", ["outputs: [add_b, identity, mean]"]),
        ("transformer", ['- {scaled_dot_product_attention: "${p}", ']),
        ("transformer", ["- {scaled_dot_product_attention: 0.4, from: [layer"]),
        ("actor_critic", ["- {expand: [3], name: expand, from: [std, input]}"]),
        ("siamese", ["- add: 1.0e-06\n", "- {PairwiseDistance: 1, from: [fc"]),
        ("drawn", ["init: {matrices: xavier_uniform_}\nlayers:\n  - Transformer"]),
    ],
)
def test_a_spec_says_it_as_a_person_does(name: str, lines: list[str]) -> None:
    text = text_of(name)
    assert [each for each in lines if each not in text] == []


@pytest.mark.parametrize("name", ["begun", "drawn", "residual", "loop"])
def test_no_initial_values_are_lost(name: str) -> None:
    assert text_of(name)
    assert answers()[name]["lost"] == []


def test_what_nothing_needs_is_left_out() -> None:
    assert "norm" not in text_of("unused")
    assert "mean" not in text_of("unused")

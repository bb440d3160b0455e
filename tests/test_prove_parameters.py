"""`prove` checks ties, rounds, initial values and captures of a model."""

from __future__ import annotations

import contextlib
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import assume

from mlpgen import SpecError, api
from mlpgen.proof.certificate import Certificate, Check, verdict
from mlpgen.proof.checks import (
    outputs_and_gradients,
    shapes_and_counts,
    spec_comparison,
    state_dicts,
)
from mlpgen.proof.checks.errors import FailsError, UnsupportedError
from mlpgen.proof.checks.subject import Subject, load
from mlpgen.proof.job import job
from mlpgen.styles import explicit

from .examples import drawn
from .networks import network
from .random_graphs import specs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.api import Network
    from mlpgen.graph.nodes import Graph
    from mlpgen.styles.plan import ModelPlan


def under(
    data: dict[str, Any] | Network,
    folder: Path,
    *damages: tuple[str, str],
    **more: Any,
) -> Subject:
    """Load all styles of a network; texts of their files may be replaced."""
    loaded = network(data) if isinstance(data, dict) else data
    made = job("spec", loaded, **more)
    texts, every = made.texts, made.captured.texts if made.captured else {}
    for old, new in damages:
        assert any(old in text for text in (*texts.values(), *every.values()))
        texts = {style: text.replace(old, new) for style, text in texts.items()}
        every = {style: text.replace(old, new) for style, text in every.items()}
    if made.captured is not None:
        made = made._replace(captured=made.captured._replace(texts=every))
    written = made._replace(texts=texts).write(folder / "0")
    with contextlib.chdir(folder):
        classes = {
            style: load(path, made.claims["name"])
            for style, path in written["files"].items()
        }
    keys = ("arguments", "entries", "captured", "sizes")
    return Subject(written["claims"], classes, *(written[key] for key in keys))


def as_written(
    data: dict[str, Any], folder: Path, *damages: tuple[str, str], **more: Any
) -> str:
    """Run the check of the spec on a network."""
    with torch.no_grad():
        return spec_comparison.as_written(under(data, folder, *damages, **more))


def captured(
    data: dict[str, Any], folder: Path, *damages: tuple[str, str], **more: Any
) -> str:
    """Run the check of captures on a network."""
    subject = under(data, folder, *damages, **more)
    with contextlib.chdir(folder), torch.no_grad():
        return spec_comparison.captured(subject)


def spec(*layers: Any, **more: Any) -> dict[str, Any]:
    """Write a spec of some layers."""
    return {"name": "One", "input": [8], "layers": [*layers], **more}


FIRST = {"Linear": {"out_features": 8, "bias": False}, "name": "first"}
TIED = spec(FIRST, {**FIRST, "name": "rounds", "share": "first", "repeat": 2})
AGAIN = spec({"Linear": 8, "name": "lent"}, "Tanh", {"share": "lent", "name": "again"})


def test_ties_are_one_tensor(tmp_path: Path) -> None:
    found = as_written(TIED, tmp_path)
    assert found == "3 layers of the spec give the same; 2 tied tensors"


@pytest.mark.parametrize("used", ["input", "first", "second"])
def test_ties_of_ties_are_one_tensor(tmp_path: Path, used: str) -> None:
    second = {**FIRST, "name": "second", "share": "first"}
    third = {**FIRST, "name": "third", "share": "second", "from": used}
    end = {"add": None, "from": ["first", "third"]}
    found = as_written(spec(FIRST, second, third, end), tmp_path)
    assert found.endswith("2 tied tensors")


def test_a_tie_that_is_missing_is_found(tmp_path: Path) -> None:
    data = spec(FIRST, {**FIRST, "name": "last", "share": "first"})
    tie = "        self.last.weight = self.first.weight\n"
    with pytest.raises(FailsError, match=r"`last.weight` is not tied to `first.wei"):
        as_written(data, tmp_path, (tie, ""))


def test_a_tie_that_nobody_asked_for_is_found(tmp_path: Path) -> None:
    subject = under(spec(FIRST, {**FIRST, "name": "last"}), tmp_path)
    for model in subject.models.values():
        model.last.weight = model.first.weight  # type: ignore[union-attr]
    with torch.no_grad(), pytest.raises(FailsError, match="share storage"):
        spec_comparison.as_written(subject)


def test_a_shared_layer_has_no_module_of_its_own(tmp_path: Path) -> None:
    assert as_written(AGAIN, tmp_path) == "3 layers of the spec give the same"
    made = "self.lent = nn.Linear(8, 8)\n"
    more = f"{made}        self.again = nn.Linear(8, 8)\n"
    with pytest.raises(
        FailsError, match=r"explicit has `again.weight`, which no layer of"
    ):
        as_written(AGAIN, tmp_path, (made, more))


def test_a_module_runs_as_often_as_the_spec_says(tmp_path: Path) -> None:
    subject = under(AGAIN, tmp_path, ("(self.lent(x))", "(self.lent(self.lent(x)))"))
    said = "`lent` runs 3 times in explicit, but should run 2 times"
    with torch.no_grad(), pytest.raises(FailsError, match=said):
        shapes_and_counts.layers(subject)


DROPPING = spec({"Linear": 8}, {"Dropout": 0.25, "name": "drop"}, "BatchNorm1d")


def test_train_mode_is_what_the_spec_says(tmp_path: Path) -> None:
    assert as_written(DROPPING, tmp_path) == "3 layers of the spec give the same"
    with pytest.raises(FailsError, match="of explicit, in train mode, is not what the"):
        as_written(DROPPING, tmp_path, ("0.25, training", "0.5, training"))
    with pytest.raises(FailsError, match=r"`p` of `drop` is 0.5, not 0.25, in seq"):
        as_written(DROPPING, tmp_path, ("nn.Dropout(p=0.25", "nn.Dropout(p=0.5"))


def test_checks_change_nothing(tmp_path: Path) -> None:
    subject = under(DROPPING, tmp_path)
    before = {name: x.clone() for name, x in subject.models["explicit"].named_buffers()}
    with torch.no_grad():
        spec_comparison.as_written(subject)
    after = dict(subject.models["explicit"].named_buffers())
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_number_of_rounds(tmp_path: Path) -> None:
    data = spec({"Linear": 8, "repeat": 3, "name": "deep"})
    with pytest.raises(FailsError, match="`deep` has 4 rounds, not 3"):
        as_written(data, tmp_path, ("range(3)", "range(4)"))


def test_a_layer_that_is_left_out_is_not_there(tmp_path: Path) -> None:
    left_out = {"Linear": 8, "when": "${wide}", "name": "last"}
    layers = ({"Linear": 8, "name": "first"}, left_out, {"share": "first"})
    data = spec(*layers, parameters={"wide": False})
    assert as_written(data, tmp_path) == "2 layers of the spec give the same"
    with pytest.raises(FailsError, match="of explicit is not what the spec says"):
        as_written(data, tmp_path, ("if wide:", "if not wide:"))


DRAWN = {"weight": {"normal_": {"std": 0.02}}}
WEIGHTED = spec(
    {"Linear": 40, "init": {"weight": "eye_", "bias": {"constant_": 0.5}}},
    {"Linear": 40, "name": "drawn", "init": DRAWN},
    {"parameter": {"shape": [40], "init": "ones_"}, "name": "gain"},
    {"mul": None, "from": ["drawn", "gain"]},
    "LayerNorm",
    init={"LayerNorm": {"weight": "zeros_"}},
)


def test_initial_values(tmp_path: Path) -> None:
    assert as_written(WEIGHTED, tmp_path) == "5 layers of the spec give the same"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "init.eye_",
            "init.zeros_",
            r"`linear_1.weight` is not initialized by eye_: 0 an",
        ),
        (
            "val=0.5",
            "val=0.25",
            r"`linear_1.bias` is not initialized by constant_: 0.25",
        ),
        ("std=0.02", "std=0.03", r"`drawn.weight` is not distributed as normal_ draws"),
        (
            "nn.Parameter(torch.ones(",
            "nn.Parameter(torch.zeros(",
            "`gain` is not initialized by ones_: 0",
        ),
        ("zeros_(module", "ones_(module", r"`layer_norm_1.weight` is not init"),
    ],
)
def test_other_initial_values_are_found(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(FailsError, match=said):
        as_written(WEIGHTED, tmp_path, (old, new))


def test_unchecked_parts_are_reported(tmp_path: Path) -> None:
    data = spec({"Linear": 4, "init": {"weight": "xavier_uniform_"}})
    assert as_written(data, tmp_path) == (
        "1 layer of the spec give the same; not checked: 1 initial value of random "
        "numbers, too few to tell"
    )


def test_computed_weights(tmp_path: Path) -> None:
    data = spec({"Linear": 8, "parametrize": "weight_norm"})
    assert as_written(data, tmp_path) == "1 layer of the spec give the same"
    with pytest.raises(
        FailsError, match="parametrized by _SpectralNorm, not weight_norm"
    ):
        as_written(data, tmp_path, ("weight_norm", "spectral_norm"))


SUM = {"add": None, "from": ["inner", "input"]}
CALLS = spec(
    {"Block": None, "name": "one", "from": "left"},
    {"share": "one", "name": "other", "from": "right"},
    {"sub": None, "from": ["one", "other"]},
    input={"left": [4], "right": [4]},
    blocks={"Block": {"layers": [{"Linear": 4, "name": "inner"}, SUM]}},
)


def test_captures_are_what_the_spec_says(tmp_path: Path) -> None:
    assert captured(CALLS, tmp_path) == "6 captured values equal the spec's"
    with pytest.raises(FailsError, match=r"captured `other.inner` of explicit is not"):
        captured(CALLS, tmp_path, ('["one.inner"][1]', '["one.inner"][0]'))


def test_a_drawn_buffer_that_is_not_saved_is_captured(tmp_path: Path) -> None:
    init = {"normal_": {"std": 0.5}}
    noise = {"buffer": {"shape": [8], "init": init, "persistent": False}}
    drawn = {"buffer": {"layers": [{"randn": [8]}], "persistent": False}}
    for each in (noise, drawn):
        sums = {"add": None, "from": ["noise", "input"]}
        found = captured(spec({**each, "name": "noise"}, sums), tmp_path)
        assert found == "1 captured value equals the spec's"


@drawn(specs(), few=6, all_=60)
def test_drawn_specs_hold_and_give_what_they_say(data: dict[str, Any]) -> None:
    try:
        loaded = network(data)
    except SpecError:
        assume(False)
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        subject = under(loaded, Path(folder))
        with contextlib.chdir(folder), torch.no_grad():
            assert "of the spec give the same" in spec_comparison.as_written(subject)
            spec_comparison.captured(subject)
            shapes_and_counts.layers(subject)


def test_chosen_captures_are_proved(tmp_path: Path) -> None:
    more = {"capture": ["other.inner", "one"]}
    assert as_written(CALLS, tmp_path, **more) == "5 layers of the spec give the same"
    with pytest.raises(FailsError, match=r"`other.inner` of explicit is not what the"):
        as_written(CALLS, tmp_path, ("[1]", "[0]"), **more)
    assert captured(CALLS, tmp_path, **more) == "2 captured values equal the spec's"
    one = {"capture": ["other.inner"]}
    assert captured(CALLS, tmp_path, **one) == "1 captured value equals the spec's"
    with pytest.raises(FailsError, match=r"captured `other.inner` of explicit is not"):
        captured(CALLS, tmp_path, ("[1]", "[0]"), **more)
    none = captured(spec({"Linear": 4}), tmp_path)
    assert none == "there are no values to capture besides the outputs"
    with pytest.raises(SpecError, match=r"`--capture othr.inner`: there is no such l"):
        job("spec", network(CALLS), ["othr.inner"])


def test_two_parts_of_one_cell(tmp_path: Path) -> None:
    cell = {"LSTMCell": 8, "name": "rnn", "from": ["step", "hidden", "cell"]}
    inputs = {"step": [5], "hidden": [8], "cell": [8]}
    data = spec(cell, input=inputs, outputs=["rnn.hidden", "rnn.cell"])
    assert as_written(data, tmp_path) == "1 layer of the spec give the same"


EMBEDDING = {"Embedding": {"num_embeddings": 9, "embedding_dim": 4}}


def test_one_embedding_on_two_lengths(tmp_path: Path) -> None:
    data = spec(
        {**EMBEDDING, "from": "a", "name": "short"},
        {"share": "short", "from": "b", "name": "long"},
        {"mean": 1, "from": "short"},
        {"mean": 1, "from": "long"},
        {"add": None, "from": ["mean_1", "mean_2"]},
        input={
            "a": {"shape": [5], "dtype": "int64"},
            "b": {"shape": [7], "dtype": "int64"},
        },
    )
    subject = under(data, tmp_path)
    assert [each["high"] for each in subject.claims["inputs"]] == [9, 9]
    with torch.no_grad():
        assert shapes_and_counts.layers(subject) == "1 module with the predicted shape"
        assert (
            spec_comparison.as_written(subject) == "5 layers of the spec give the same"
        )


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register a third style, which is wrong for layers named `wrong`."""

    def plan(graph: Graph, captured: Sequence[str] = ()) -> ModelPlan:
        found = explicit.plan(graph, captured)
        *blocks, model = found.classes
        body = (
            each.replace("self.wrong(", "2 * self.wrong(") for each in model.forward
        )
        return found._replace(classes=(*blocks, model._replace(forward=(*body,))))

    module = ModuleType("mlpgen.styles.toy")
    module.plan = plan  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mlpgen.styles.toy", module)
    monkeypatch.setattr(api, "STYLES", (*api.STYLES, "toy"))


CHECKS = (
    state_dicts.equal_states,
    state_dicts.copies,
    outputs_and_gradients.equal_in_evaluation,
    outputs_and_gradients.equal_in_training,
    outputs_and_gradients.example_by_example,
    shapes_and_counts.parameters,
    shapes_and_counts.layers,
    shapes_and_counts.outputs,
    shapes_and_counts.one_in_training,
    spec_comparison.as_written,
    spec_comparison.captured,
    state_dicts.checkpoints,
)


@pytest.mark.usefixtures("toy")
def test_a_third_style(tmp_path: Path) -> None:
    subject = under(spec({"Linear": 8, "name": "right"}, "ReLU"), tmp_path)
    assert [*subject.models] == ["explicit", "sequential", "toy"]
    with contextlib.chdir(tmp_path), torch.no_grad():
        said = {check.__name__: check(subject) for check in CHECKS}
    assert said["equal_in_training"] == "1 output and 3 gradients equal in all 3 styles"


@pytest.mark.usefixtures("toy")
def test_what_a_third_style_does_wrong_is_found(tmp_path: Path) -> None:
    subject = under(spec({"Linear": 8, "name": "wrong"}, "ReLU"), tmp_path)
    with pytest.raises(FailsError, match=r"differs, .* in explicit and in toy"):
        outputs_and_gradients.equal_in_evaluation(subject)
    with (
        contextlib.chdir(tmp_path),
        torch.no_grad(),
        pytest.raises(FailsError, match="differs in toy with captured layers"),
    ):
        spec_comparison.captured(subject)


@pytest.mark.filterwarnings("ignore:TF32")
def test_a_batch_of_one_that_torch_does_not_normalize(tmp_path: Path) -> None:
    subject = under(spec({"Linear": 3}, {"GroupNorm": 3}), tmp_path)
    every = (
        shapes_and_counts.outputs,
        shapes_and_counts.multiply_adds,
        shapes_and_counts.one_in_training,
        outputs_and_gradients.example_by_example,
    )
    for check in every:
        with (
            torch.no_grad(),
            pytest.raises(UnsupportedError, match="more than 1 value"),
        ):
            check(subject)
    assert "has the same state and outputs" in state_dicts.copies(subject)


def test_timeouts_are_not_failures() -> None:
    checks = (
        Check("state", "holds", "4 keys"),
        Check("export", "unfinished", "took longer than 3 s in all"),
    )
    found = Certificate("spec.yaml", "One", ("explicit",), "", checks)
    assert not found.proved
    assert found.failures == ()
    assert verdict(found) == "not finished: `export` and the checks after it"
    wrong = found._replace(checks=(Check("eval mode", "fails", "no"), *checks))
    assert verdict(wrong) == "not proved: 1 of 3 checks fail"

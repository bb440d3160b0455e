"""Weights in losses: of classes, and of positive targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mlpgen import SpecError, api

from . import processes
from .networks import network
from .shared_modules import seen
from .test_data import TABLE, data, spec_of, table, written
from .test_training import MLP, refused, rendered, rows, tiny, train
from .test_training_keys import BOTH, read

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["data", "tiny"]  # fixtures

NUMBERS = [0.5, 2, 1, 1, 3, 1, 0.25, 1, 1, 4]


def balanced(labels: torch.Tensor, classes: int) -> torch.Tensor:
    """Return weights as scikit-learn defines them."""
    counts = labels.bincount(minlength=classes)
    return len(labels) / (classes * counts)


def mlp(weights: dict[str, torch.Tensor] | None = None) -> nn.Sequential:
    """Make the network of `MLP`, with the weights of a checkpoint."""
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    if weights is not None:
        found = weights.values()
        model.load_state_dict(dict(zip(model.state_dict(), found, strict=True)))
    return model


def evaluate_in_small_batches(script: Path) -> None:
    """Let a training and its predictions evaluate seven examples at a time."""
    for path in (script, script.with_name("predict_tried.py")):
        text = path.read_text(encoding="utf-8")
        assert "EVAL_BATCH_SIZE = 2500" in text
        path.write_text(
            text.replace("EVAL_BATCH_SIZE = 2500", "EVAL_BATCH_SIZE = 7"), "utf-8"
        )


def outputs_of_both(
    features: torch.Tensor, weights: dict[str, torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute both outputs of the layers `BOTH`: logits, and what is restored."""
    values = [*weights.values()]
    hidden = F.linear(features.flatten(1), *values[:2])
    return F.linear(hidden, *values[2:4]), F.linear(hidden, *values[4:])


def state(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = torch.load(out / "last.pt", weights_only=True)
    return found


@pytest.mark.parametrize("weight", ["balanced", NUMBERS], ids=["balanced", "numbers"])
@pytest.mark.parametrize("how", ["whole", "parts", "ranks", "parts of ranks"])
@pytest.mark.thinned(3)
def test_a_step_is_that_of_torch(
    weight: Any, how: str, tiny: Path, tmp_path: Path
) -> None:
    """One step of all images, whether they come at once, in parts or in ranks."""
    training = {
        "loss": {"CrossEntropyLoss": {"weight": weight, "label_smoothing": 0.1}},
        "optimizer": {"SGD": {"lr": 0.5}},
        "batch_size": 100 if "parts" in how else 300,
        "epochs": 1,
    }
    more = {"accumulate": 3} if "parts" in how else {}
    script = rendered(MLP, training | more, tmp_path)
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--out", str(out))
    if "ranks" in how:
        done = processes.run_ranks(script, *args)
        assert done.returncode == 0, done.stderr
    else:
        train(script, *args)
    found, sets = state(out), read(tmp_path, "mnist", tiny)
    weights = torch.tensor(NUMBERS)
    if weight == "balanced":
        weights = balanced(sets.train.targets, 10)
    torch.manual_seed(1)
    model = mlp()
    F.cross_entropy(
        model(seen(sets.train)), sets.train.targets, weights, label_smoothing=0.1
    ).backward()
    with torch.no_grad():
        for parameter in model.parameters():
            assert parameter.grad is not None
            parameter -= 0.5 * parameter.grad
    for wanted, after in zip(model.parameters(), found["model"].values(), strict=True):
        torch.testing.assert_close(after, wanted.detach(), rtol=1e-4, atol=1e-6)
    loss = F.cross_entropy(
        model(seen(sets.test)), sets.test.targets, weights, label_smoothing=0.1
    )
    assert float(rows(out)[0]["test_loss"]) == pytest.approx(loss.item(), rel=1e-5)


def test_the_mean_of_several_losses_is_that_of_torch(
    tiny: Path, tmp_path: Path
) -> None:
    """In small batches, of which each has other classes; for predictions too."""
    loss = [
        {"CrossEntropyLoss": {"weight": NUMBERS}, "weight": 0.5},
        {"MSELoss": None, "on": "restored", "weight": 3},
    ]
    outputs = ["logits", "restored"]
    script = rendered(BOTH, {"loss": loss, "epochs": 1}, tmp_path, outputs)
    evaluate_in_small_batches(script)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    test, weights = read(tmp_path, "mnist", tiny).test, state(out)["model"]
    logits, restored = outputs_of_both(seen(test), weights)
    wanted = 0.5 * F.cross_entropy(logits, test.targets, torch.tensor(NUMBERS))
    wanted += 3 * F.mse_loss(restored.view(-1, 1, 28, 28), seen(test))
    found = float(rows(out)[0]["test_loss"])
    assert found == pytest.approx(wanted.item(), rel=1e-4)
    done = processes.run(
        script.with_name("predict_tried.py"),
        *("--run", str(out), "--evaluate", "--data-dir", str(tiny)),
    )
    assert f"test_loss  {found:.4f}" in done.stdout, done.stderr


def test_outputs_make_way_for_the_weights(tiny: Path, tmp_path: Path) -> None:
    """An output may be called as the variables of an evaluation are."""
    layers = [
        "Flatten",
        {"Linear": 10, "name": "weights"},
        {"Linear": 784},
        {"Unflatten": {"dim": 1, "unflattened_size": [1, 28, 28]}, "name": "weighted"},
    ]
    loss = [
        {"CrossEntropyLoss": {"weight": "balanced"}},
        {"MSELoss": None, "on": "weighted"},
    ]
    outputs = ["weights", "weighted"]
    script = rendered(layers, {"loss": loss, "epochs": 1}, tmp_path, outputs)
    train(script, "--data-dir", str(tiny), "--out", str(tmp_path / "out"))


@pytest.mark.parametrize(
    ("pos_weight", "by_class"),
    [(3, [3.0] * 10), ("balanced", None), (NUMBERS, NUMBERS)],
    ids=["one", "balanced", "numbers"],
)
def test_positive_targets_weigh_as_in_torch(
    pos_weight: Any, by_class: list[float] | None, tiny: Path, tmp_path: Path
) -> None:
    """Of classes as one-hot rows, of which few are positive."""
    loss = {"BCEWithLogitsLoss": {"pos_weight": pos_weight}}
    script = rendered(MLP, {"loss": loss, "epochs": 1}, tmp_path)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    sets = read(tmp_path, "mnist", tiny)
    counts = sets.train.targets.bincount(minlength=10)
    wanted = (300 - counts) / counts if by_class is None else torch.tensor(by_class)
    loss = F.binary_cross_entropy_with_logits(
        mlp(state(out)["model"])(seen(sets.test)),
        F.one_hot(sets.test.targets, 10).float(),
        pos_weight=wanted,
    )
    assert float(rows(out)[0]["test_loss"]) == pytest.approx(loss.item(), rel=1e-4)


def test_few_positive_numbers_weigh_as_many_negative_ones(
    data: Path, tmp_path: Path
) -> None:
    """Of one logit: negatives / positives of what is trained on."""
    loss = {"BCEWithLogitsLoss": {"pos_weight": "balanced"}}
    script = written("chances", tmp_path / "made", loss=loss, epochs=1)
    out = tmp_path / "out"
    train(script, "--data-dir", str(data), "--out", str(out))
    found = state(out)["about"]["pos_weight"]
    assert isinstance(found, list) and len(found) == 1
    assert found[0] != 1


def test_weights_stay_when_a_batch_is_learned_by_heart(
    tiny: Path, tmp_path: Path
) -> None:
    """A batch may lack classes; the weights are those of all training data."""
    loss = {"NLLLoss": {"weight": "balanced"}}
    layers = [*MLP, {"LogSoftmax": {"dim": 1}}]
    script = rendered(layers, {"loss": loss, "batch_size": 4}, tmp_path)
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--out", str(out), "--overfit-batch")
    train(script, *args, "--epochs", "2")


MORE: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "mixtures": (MLP, {"augment": ["mixup"], "precision": "bf16"}),
    "closure": (MLP, {"optimizer": {"LBFGS": {"max_iter": 2}}}),
    "average": (MLP, {"ema": 0.5, "accumulate": 2, "validation": 0.2}),
}


@pytest.mark.parametrize("name", MORE)
def test_weights_beside_other_keys(name: str, tiny: Path, tmp_path: Path) -> None:
    layers, training = MORE[name]
    loss = {"CrossEntropyLoss": {"weight": "balanced"}}
    script = rendered(layers, {"loss": loss} | training, tmp_path)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    found = [float(row["train_loss"]) for row in rows(out)]
    assert found[-1] < found[0]


def test_weights_of_classes_that_the_data_lacks(data: Path, tmp_path: Path) -> None:
    """The model may tell more classes apart than there are."""
    table(data / "two.csv", [{"x": str(i), "y": "ab"[i % 2]} for i in range(40)])
    of_table = {"data": {"csv": "two.csv", "target": "y"}, "epochs": 1}
    for weight in ("balanced", [1, 2, 3]):
        spec = spec_of("csv", loss={"CrossEntropyLoss": {"weight": weight}}, **of_table)
        spec = spec | {"input": [1], "layers": TABLE}
        spec["training"].pop("subset")
        folder = tmp_path / str(weight == "balanced")
        folder.mkdir()
        for name, text in api.render(network(spec), "explicit").items():
            (folder / name).write_text(text, encoding="utf-8")
        args = ("--data-dir", str(data), "--out", str(folder / "run"))
        if weight == "balanced":
            train(folder / "train_tried.py", *args)
            assert state(folder / "run")["about"]["class_weights"][2] == 1
        else:
            refused(
                folder / "train_tried.py",
                *args,
                says="the loss has weights for 3 classes, but the data has 2: a, b",
            )


def test_a_class_without_examples(data: Path, tmp_path: Path) -> None:
    loss = {"CrossEntropyLoss": {"weight": "balanced"}}
    layers = ["Flatten", {"Linear": 5}]
    folder = tmp_path / "made"
    folder.mkdir()
    spec = spec_of("npz", loss=loss) | {"layers": layers}
    for name, text in api.render(network(spec), "explicit").items():
        (folder / name).write_text(text, encoding="utf-8")
    said = "classes 3 and 4 have no examples: 3 outputs are enough"
    args = ("--data-dir", str(data), "--out", str(tmp_path / "run"))
    refused(folder / "train_tried.py", *args, says=said)


@pytest.mark.parametrize(
    ("loss", "code", "message"),
    [
        ({"CrossEntropyLoss": {"weight": [1, 2]}}, "MG404", "has 2 numbers"),
        ({"CrossEntropyLoss": {"weight": []}}, "MG404", "has 0 numbers"),
        ({"CrossEntropyLoss": {"weight": "even"}}, "MG204", "`balanced` or a list"),
        ({"CrossEntropyLoss": {"weight": 2}}, "MG204", "`balanced` or a list"),
        ({"CrossEntropyLoss": {"weight": [-1] * 10}}, "MG204", "above 0"),
        ({"CrossEntropyLoss": {"weight": [0] * 10}}, "MG204", "above 0"),
        ({"CrossEntropyLoss": {"weight": [float("inf")] * 10}}, "MG203", "above 0"),
        ({"CrossEntropyLoss": {"weight": ["a"] * 10}}, "MG203", "above 0"),
        ({"BCEWithLogitsLoss": {"pos_weight": [1, 2]}}, "MG404", "has 2 numbers"),
        ({"BCEWithLogitsLoss": {"pos_weight": -1}}, "MG204", "above 0"),
        (
            {"BCEWithLogitsLoss": {"pos_weight": "even"}},
            "MG204",
            "`balanced`, a number",
        ),
        ({"MSELoss": {"weight": "balanced"}}, "MG201", "no argument `weight`"),
    ],
    ids=repr,
)
def test_weights_that_cannot_be(loss: Any, code: str, message: str) -> None:
    spec = {
        "name": "Tried",
        "input": [1, 28, 28],
        "layers": MLP,
        "training": {"data": "mnist", "loss": loss, "optimizer": "SGD"},
    }
    with pytest.raises(SpecError) as error:
        network(spec)
    (found,) = error.value.diagnostics
    assert found.code.startswith(code)
    assert message in found.message

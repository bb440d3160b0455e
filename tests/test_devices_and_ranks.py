"""What works on the CPU and in one process works elsewhere and in several too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from .shared_modules import load, shared
from .test_training import tiny

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

SCALE = {"shape": [2, 3], "whole": False, "mean": [1.0, 2.0], "std": [3.0, 4.0]}
PLAIN = SCALE | {"mean": None, "std": None}
WHOLE, FLAGS = PLAIN | {"whole": True}, PLAIN | {"whole": True, "flags": True}
PIXELS = {"shape": [3, 4, 4], "mean": [9.0, 8.0, 7.0], "std": [1.0, 2.0, 3.0]}
NUMBER = {"numbers": True, "mean": 1.0, "std": 2.0}
SEVERAL = {"a": SCALE, "b": WHOLE, "c": FLAGS, "d": PLAIN}
KINDS: dict[str, tuple[str, dict[str, Any], list[tuple[int, ...]]]] = {
    "arrays": ("data_arrays", SCALE, [(2, 2, 3)]),
    "arrays as they are": ("data_arrays", PLAIN, [(2, 2, 3)]),
    "whole numbers": ("data_module", WHOLE, [(2, 2, 3)]),
    "a module": ("data_module", SCALE, [(2, 2, 3)]),
    "several inputs": ("data_named_arrays", {"inputs": SEVERAL}, [(2, 2, 3)] * 4),
    "photos": ("data_images", PIXELS, [(2, 3, 4, 4)]),
    "masks": ("data_masks", PIXELS, [(2, 3, 4, 4)]),
    "digits": ("data_mnist", {"mean": 0.1, "std": 0.3}, [(2, 1, 28, 28)]),
    "things": ("data_cifar", PIXELS | {"mean": None}, [(2, 3, 32, 32)]),
    "texts": ("data_texts_with_lengths", {"names": ["t", "n"]}, [(2, 9), (2, 1)]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_examples_for_an_export_are_where_the_model_is(kind: str, device: str) -> None:
    module, about, shapes = KINDS[kind]
    made = shared(module).preprocessing(about).to(device)
    raw = made.examples(shapes)
    assert [tuple(each.shape) for each in raw] == shapes
    found = made(*(each.to(device) for each in raw))
    features = found if isinstance(found, tuple) else (found,)
    assert {each.device.type for each in features} == {device}


def test_raw_examples_are_of_the_scale_that_is_learned() -> None:
    made = shared("data_arrays").preprocessing(SCALE)
    (raw,) = made.examples([(500, 2, 3)])
    assert raw.mean(dim=(0, 2)).tolist() == pytest.approx([1.0, 2.0], abs=0.5)
    assert made(raw).std().item() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("about", [SCALE, PLAIN, WHOLE, FLAGS])
def test_files_get_the_scale_of_the_preprocessing(
    about: dict[str, Any], tmp_path: Path
) -> None:
    """Whole numbers and flags stay what they are."""
    numpy = pytest.importorskip("numpy")
    values = torch.arange(12).view(2, 2, 3)
    numpy.save(tmp_path / "a.npy", values.numpy())
    about = about | {"known": 0}
    module = shared("data_arrays")
    found = module.read_files([tmp_path / "a.npy"], about)
    if about["whole"]:
        assert torch.equal(found, values) and not found.is_floating_point()
        return
    mean, std = (torch.tensor([[about[key] or 0.0] * 1]) for key in ("mean", "std"))
    wanted = values.float()
    if about["mean"]:
        wanted = (wanted - mean.view(2, 1)) / std.view(2, 1)
    assert torch.allclose(found, wanted)


class Together:
    """Stands for torch.distributed."""

    def __init__(self, initialized: bool) -> None:
        self.initialized, self.waited = initialized, 0

    def is_initialized(self) -> bool:
        return self.initialized

    def barrier(self) -> None:
        self.waited += 1


@pytest.mark.parametrize(
    ("rank", "together", "there", "asked", "waited"),
    [
        (0, False, False, 1, 0),
        (0, False, True, 0, 0),
        (1, False, False, 1, 0),  # of processes that know nothing of each other
        (0, True, False, 1, 1),
        (1, True, False, 0, 1),
        (0, True, True, 0, 1),
        (1, True, True, 0, 1),
    ],
)
@pytest.mark.parametrize("fails", [False, True])
def test_one_rank_downloads(
    rank: int,
    together: bool,
    there: bool,
    asked: int,
    waited: int,
    fails: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All wait for each other, for each file: also if it is there, or never comes."""
    module, ranks = shared("data_download"), Together(together)
    error = shared("data_common").DataError
    calls: list[Any] = []

    def download(*args: Any) -> None:
        calls.append(args)
        if fails:
            raise error("no mirror")

    monkeypatch.setattr(module, "LOCAL_RANK", rank)
    monkeypatch.setattr(module, "dist", ranks)
    monkeypatch.setattr(module, "download", download)
    path = tmp_path / "file"
    if there:
        path.write_text("it")
    try:
        module.fetch(path, ["address/"], "sum")
    except error:
        assert fails and asked
    assert (len(calls), ranks.waited) == (asked, waited)


FLAT: list[Any] = ["Flatten", {"Linear": 10}]
RESTORED: list[Any] = [
    *("Flatten", {"Linear": 784}),
    {"Unflatten": {"dim": 1, "unflattened_size": [1, 28, 28]}},
]


@pytest.mark.parametrize(
    ("layers", "loss", "compared"),
    [(FLAT, "CrossEntropyLoss", True), (RESTORED, "MSELoss", False)],
)
def test_data_knows_whether_its_targets_are_compared(
    layers: list[Any], loss: str, compared: bool, tiny: Path
) -> None:
    """Classes of which a subset lacks examples are said only where they are learned."""
    training = {"data": "mnist", "loss": loss, "optimizer": "Adam", "batch_size": 4}
    spec = {"name": "Tried", "input": [1, 28, 28], "layers": layers}
    data = load(spec | {"training": training}, tiny)
    assert data.train.compared == compared
    data.train.targets[:] = (torch.arange(len(data.train)) == 0).long()
    warnings = shared("look").facts(data)["warnings"]
    assert any("far fewer examples" in each for each in warnings) == compared


def test_outputs_of_an_export_are_compared_all() -> None:
    same = shared("exports").same_outputs
    one, other = torch.ones(2, 3), torch.zeros(2)
    assert same([one, other], [one.clone(), other + 1e-6])
    assert not same([one, other], [one])
    assert not same([one], [one, other])
    assert not same([one, other], [other, one])
    assert not same([one], [one + 1])
    assert not same([one], [one[:1]])

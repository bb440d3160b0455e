"""`groups`: parameters with arguments, or with an optimizer, of their own."""

from __future__ import annotations

import copy
import runpy
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen.graph.training.groups import fits_group
from mlpgen.graph.training.parameter_names import named_parameters
from mlpgen.graph.training.recipe import Group
from mlpgen.training.optimizers.adam import AdamW
from mlpgen.training.optimizers.muon import Muon

from . import networks, processes
from .shared_modules import imported_from, shared
from .test_resume import same_end
from .test_starting import NETWORKS
from .test_training import rendered, tiny, train, tried, weights

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

LAYERS = [
    {"Conv2d": {"out_channels": 4, "kernel_size": 3, "stride": 2}, "name": "stem"},
    {"BatchNorm2d": None, "name": "norm"},
    "ReLU",
    "Flatten",
    {"Linear": 16, "name": "hidden"},
    {"Linear": 10, "name": "head"},
]
TWO = {
    "AdamW": {"lr": 0.01, "weight_decay": 0.1},
    "no_decay": ["bias", "norm"],
    "groups": [
        {"parameters": "head.*", "lr": 0.002},
        {"kind": "matrices", "Muon": {"lr": 0.02}},
    ],
}


def groups_of(optimizer: dict[str, Any], folder: Path, lr: float, **keys: Any) -> Any:
    """Render a training; return its model, by names, and its optimizer at a rate."""
    script = rendered(LAYERS, {"optimizer": optimizer, **keys}, folder)
    with imported_from(folder):
        found = runpy.run_path(str(script))
    model = found["Tried"]()
    return model, found["make_optimizer"](model, lr)


def by_name(model: nn.Module, optimizer: Any) -> dict[str, Mapping[str, Any]]:
    """Return the group of each parameter."""
    names = {parameter: name for name, parameter in model.named_parameters()}
    return {
        names[parameter]: group
        for group in optimizer.param_groups
        for parameter in group["params"]
    }


def test_each_parameter_is_in_the_first_group_that_fits(tmp_path: Path) -> None:
    model, optimizer = groups_of(TWO, tmp_path, 0.02)
    found = by_name(model, optimizer)
    assert found.keys() == dict(model.named_parameters()).keys()
    rates = {name: group["lr"] for name, group in found.items()}
    assert rates == {
        **dict.fromkeys(("stem.weight", "stem.bias", "norm.weight"), 0.02),
        **dict.fromkeys(("norm.bias", "hidden.bias"), 0.02),
        "hidden.weight": 0.04,
        "head.weight": 0.004,
        "head.bias": 0.004,
    }
    decays = {name for name, group in found.items() if group["weight_decay"]}
    assert decays == {"stem.weight", "hidden.weight", "head.weight"}
    assert [type(each).__name__ for each in optimizer.parts] == ["AdamW", "Muon"]
    assert [*optimizer.parts[1].param_groups[0]["params"]] == [model.hidden.weight]


def test_a_group_keeps_what_it_says_itself(tmp_path: Path) -> None:
    optimizer = {
        "SGD": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1},
        "no_decay": ["bias"],
        "groups": [
            {"parameters": ["head", "stem.bias"], "weight_decay": 0.3},
            {"kind": "bias", "momentum": 0},
            {"kind": "norm", "nesterov": True},
        ],
    }
    model, made = groups_of(optimizer, tmp_path, 0.1)
    found = by_name(model, made)
    keys = ("lr", "momentum", "weight_decay", "nesterov")
    said = {name: tuple(group[key] for key in keys) for name, group in found.items()}
    assert said == {
        "stem.weight": (0.1, 0.9, 0.1, False),
        "stem.bias": (0.1, 0.9, 0.3, False),
        "norm.weight": (0.1, 0.9, 0.1, True),
        "norm.bias": (0.1, 0, 0.0, False),
        "hidden.weight": (0.1, 0.9, 0.1, False),
        "hidden.bias": (0.1, 0, 0.0, False),
        "head.weight": (0.1, 0.9, 0.3, False),
        "head.bias": (0.1, 0.9, 0.3, False),
    }
    assert isinstance(made, torch.optim.SGD)


CHOICES = [
    Group((), "matrices", Muon(), frozenset(), own=True),
    Group((), "matrices", AdamW(), frozenset(), own=False),
    Group((), "bias", AdamW(), frozenset(), own=False),
    Group((), "norm", AdamW(), frozenset(), own=False),
    Group((), "embedding", AdamW(), frozenset(), own=False),
    Group(("stage",), "", AdamW(), frozenset(), own=False),
    Group(("*weight", "stem"), "matrices", AdamW(), frozenset(), own=False),
    Group(("several.layers.?.norm*",), "norm", AdamW(), frozenset(), own=False),
    Group(("*.[ab]*",), "bias", AdamW(), frozenset(), own=False),
]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("place", range(len(CHOICES)))
def test_scripts_choose_as_the_spec_is_checked(name: str, place: int) -> None:
    group = CHOICES[place]
    found = networks.network({"name": "Tried", **NETWORKS[name]})
    module = shared("parameter_groups")
    limit = 2 if group.optimizer.only_matrices else None
    wanted = module.ParameterGroup(
        group.patterns or ("*",), kind=group.kind, dimensions=limit or 0
    )
    model = networks.model(found, "explicit")
    chosen, others = module.part(model, wanted)
    names = [
        each.name
        for each in named_parameters(found.graph.nodes)
        if each.known and fits_group(each, group, limit)
    ]
    every = dict(model.named_parameters(remove_duplicate=False))
    assert {id(each) for each in chosen} == {id(every[each]) for each in names}
    assert len(chosen) + len(others) == len([*model.parameters()])


def test_groups_alike_are_as_none(tiny: Path, tmp_path: Path) -> None:
    """Two optimizers of one kind step as one does, in each step."""
    plain = {"AdamW": {"lr": 0.01}}
    parted = {
        **plain,
        "groups": [{"kind": "bias", **plain}, {"parameters": "head", "lr": 0.01}],
    }
    keys = {"scheduler": {"CosineAnnealingLR": None, "warmup": 1}, "epochs": 2}
    found = []
    for name, optimizer in (("plain", plain), ("parted", parted)):
        (tmp_path / name).mkdir()
        script = rendered(LAYERS, {"optimizer": optimizer, **keys}, tmp_path / name)
        out = tmp_path / name / "out"
        train(script, "--data-dir", str(tiny), "--out", str(out))
        found.append(weights(out))
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def test_several_optimizers_keep_their_states() -> None:
    """What goes on from a state steps as what had it."""

    def made() -> tuple[nn.Module, Any]:
        torch.manual_seed(0)
        model = nn.Linear(3, 3)
        parts = (
            torch.optim.Muon([model.weight], lr=0.1),
            torch.optim.SGD([model.bias], lr=0.1, momentum=0.9),
        )
        return model, shared("optimizers").Optimizers(*parts)

    def step(model: nn.Module, optimizer: Any) -> None:
        model(torch.ones(2, 3)).square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()

    one, first = made()
    step(one, first)
    other, second = made()
    other.load_state_dict(one.state_dict())
    state = copy.deepcopy(first.state_dict())
    shared("checkpoint").restore(second, state)
    for group in (*first.param_groups, *second.param_groups):
        group["lr"] = 0.05  # as a scheduler does it: parts see it too
    assert [part.param_groups[0]["lr"] for part in second.parts] == [0.05, 0.05]
    for model, optimizer in ((one, first), (other, second)):
        step(model, optimizer)
    for before, after in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(before, after)
    with pytest.raises((ValueError, KeyError)):
        shared("checkpoint").restore(
            second, torch.optim.SGD(one.parameters()).state_dict()
        )


SCHEDULES = {
    "one cycle": ({"OneCycleLR": {"max_lr": 0.01, "cycle_momentum": False}}, 25),
    "cyclic": (
        {
            "CyclicLR": {
                "base_lr": 0.001,
                "max_lr": 0.01,
                "step_size_up": 4,
                "cycle_momentum": False,
            }
        },
        10,
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_each_group_has_its_peak(name: str, tiny: Path, tmp_path: Path) -> None:
    """The rates of all groups are in proportion, from the first step on."""
    scheduler, ratio = SCHEDULES[name]
    keys = {"optimizer": TWO, "scheduler": scheduler, "epochs": 1}
    script = rendered(LAYERS, keys, tmp_path)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out), "--lr", "0.02")
    state = torch.load(out / "last.pt", weights_only=True)
    groups = state["optimizer"]["param_groups"]
    part = groups[-2]["lr"] / 0.02
    wanted = {0.004, 0.02, 0.04}
    assert {round(group["lr"] / part, 6) for group in groups} == wanted
    if name == "one cycle":
        initial = {round(group["initial_lr"] * ratio, 6) for group in groups}
        assert initial == wanted


def test_a_run_of_two_optimizers_continues(tiny: Path, tmp_path: Path) -> None:
    """Bit for bit, with a mean of weights, accumulation and frozen layers."""
    keys = {
        "optimizer": TWO,
        "scheduler": {"StepLR": 1},
        "ema": 0.9,
        "accumulate": 2,
        "freeze": ["stem", "norm.*"],
        "clip_grad_norm": 1.0,
        "epochs": 2,
    }
    script = rendered(LAYERS, keys, tmp_path)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    args = ("--data-dir", str(tiny), "--checkpoint-every", "2")
    train(script, *args, "--out", str(whole))
    train(script, *args, "--out", str(parts), "--epochs", "1")
    shutil.copy(parts / "previous.pt", parts / "last.pt")  # in the first epoch
    train(script, *args, "--resume", str(parts), "--epochs", "2")
    same_end(whole, parts)


@pytest.mark.parametrize(
    ("group", "says"),
    [
        ({"kind": "bias", "SGD": {"lr": 0.2}}, "the run's is used"),
        ({"kind": "norm", "SGD": {"lr": 0.1}}, "train anew"),
        ({"kind": "bias", "Adam": {"lr": 0.1}}, "train anew"),
        ({"parameters": "*.bias", "SGD": {"lr": 0.1}}, "train anew"),
        ({"kind": "bias", "lr": 0.1}, "train anew"),
    ],
)
@pytest.mark.thinned(2)
def test_a_run_keeps_its_groups(
    group: dict[str, Any], says: str, tiny: Path, tmp_path: Path
) -> None:
    """Of other groups the states would be of other parameters."""
    one = {"AdamW": {"lr": 0.01}, "groups": [{"kind": "bias", "SGD": {"lr": 0.1}}]}
    script = rendered(LAYERS, {"optimizer": one, "epochs": 1}, tmp_path)
    out = str(tmp_path / "out")
    train(script, "--data-dir", str(tiny), "--out", out)
    rendered(LAYERS, {"optimizer": {**one, "groups": [group]}}, tmp_path)
    done = tried(script, "--resume", out, "--epochs", "2")
    assert done.returncode == (0 if "is used" in says else 2)
    (line,) = [line for line in done.stderr.splitlines() if "optimizer was" in line]
    assert line.endswith(says)


def test_ranks_have_all_groups(tiny: Path, tmp_path: Path) -> None:
    keys = {"optimizer": TWO, "freeze": ["stem", "norm"], "epochs": 1}
    script = rendered(LAYERS, keys, tmp_path)
    args = ("--data-dir", str(tiny), "--out")
    train(script, *args, str(tmp_path / "one"))
    done = processes.run_ranks(script, *args, str(tmp_path / "two"))
    assert done.returncode == 0, done.stderr
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    for name, value in one.items():  # Muon computes in bfloat16
        assert (two[name] - value).abs().float().mean() < 1e-3, name

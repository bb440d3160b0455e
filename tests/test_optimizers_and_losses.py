"""Optimizers, schedulers and losses against the installed torch."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from mlpgen.training import LOSSES, OPTIMIZERS, REFUSED, SCHEDULERS

LEFT_OUT = {
    "params",
    "foreach",
    "fused",
    "capturable",
    "differentiable",
    "optimizer",
    "last_epoch",
    "verbose",
    "scale_fn",
    "epochs",
    "steps_per_epoch",
    "size_average",
    "reduce",
    "reduction",
}
"""Arguments that say how a step is executed, are functions, or follow."""
TENSORS = {"weight", "pos_weight"}
WEIGHTED = {
    ("CrossEntropyLoss", "weight"),
    ("NLLLoss", "weight"),
    ("BCEWithLogitsLoss", "pos_weight"),
}
"""Tensors that a spec can set, as numbers or `balanced`."""

PARTS = [
    *((OPTIMIZERS, name, torch.optim) for name in OPTIMIZERS),
    *((SCHEDULERS, name, lr_scheduler) for name in SCHEDULERS),
    *((LOSSES, name, nn) for name in LOSSES),
]


@pytest.mark.parametrize(
    ("catalogue", "name", "module"), PARTS, ids=[each[1] for each in PARTS]
)
def test_arguments_are_those_of_torch(catalogue: Any, name: str, module: Any) -> None:
    cls = catalogue[name]
    theirs = {
        each.name: each.default
        for each in inspect.signature(getattr(module, name)).parameters.values()
        if each.name not in LEFT_OUT
        and (each.name not in TENSORS or (name, each.name) in WEIGHTED)
    }
    assert set(cls.model_fields) == set(theirs)
    for field, default in theirs.items():
        own = cls.model_fields[field]
        if default is inspect.Parameter.empty or cls.follows(field):
            assert cls.required(field), field
        elif not own.is_required():  # mlpgen can require what torch only recommends
            assert own.default == default, field


def subclasses(module: Any, base: type) -> set[str]:
    found = {
        name
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, base) and value is not base
    }
    return {name for name in found if not name.startswith("_")}


def test_all_of_torch_are_there() -> None:
    """Each one of torch exists, or is refused with a reason."""
    known = {*OPTIMIZERS, *SCHEDULERS, *LOSSES, *REFUSED}
    assert subclasses(torch.optim, torch.optim.Optimizer) <= known
    schedulers = subclasses(lr_scheduler, lr_scheduler.LRScheduler)
    assert schedulers - {"LRScheduler"} <= known
    losses = {name for name in subclasses(nn, nn.Module) if name.endswith("Loss")}
    assert losses <= known

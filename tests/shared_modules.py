"""Imports shared modules from `templates/shared/`."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mlpgen.scripts.data_loading import data_module, load_arguments
from mlpgen.styles.code import flat

from .networks import network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SHARED = Path(__file__).parent.parent / "templates" / "shared"
CPU = torch.device("cpu")


def shared(name: str) -> ModuleType:
    """Import one as scripts do, without leaving its folder on Python's path."""
    sys.path.insert(0, str(SHARED))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(SHARED))


Goal: Any = shared("data_goal").Goal
"""What the loss compares with, as scripts write it."""
ModelInput: Any = shared("data_model_input").ModelInput
"""What a model takes by one of several inputs, likewise."""


@contextmanager
def imported_from(folder: Path) -> Iterator[None]:
    """Import from a folder what is in it, and forget it then, whatever ran before."""
    own = {path.stem for path in folder.glob("*.py")}
    others = {name: sys.modules.pop(name) for name in own & {*sys.modules}}
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, module in [*sys.modules.items()]:
            if str(getattr(module, "__file__", "")).startswith(str(folder)):
                del sys.modules[name]
        sys.modules.update(others)


def load(spec: dict[str, Any], folder: Path) -> Any:
    """Load the data of a spec as its script does, on the CPU."""
    recipe = network(spec).graph.recipe
    assert recipe is not None
    arguments = ", ".join(map(flat, load_arguments(recipe)))
    names = {"torch": torch, "Goal": Goal, "ModelInput": ModelInput}
    found = eval(f"dict({arguments})", names)
    return shared(data_module(recipe)).load(folder, CPU, **found)


def seen(data: Any) -> torch.Tensor:
    """Return all features as a model sees them: images are bytes until then."""
    features: torch.Tensor = data.between(0, len(data))[0]
    return features

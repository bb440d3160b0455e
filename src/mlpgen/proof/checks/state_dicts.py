"""State dicts: their keys and values in all styles, in copies and in checkpoints."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch.serialization import get_crc32_options, set_crc32_options

from .comparison import difference, same
from .errors import FailsError
from .messages import counted
from .subject import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from .subject import Subject


def equal_states(subject: Subject) -> str:
    """Check that all styles have the same keys, in order, with the same values.

    Keys, shapes and dtypes are those that mlpgen predicts.
    """
    for style, model in subject.models.items():
        _need_predicted(subject, model, style)
    (one, first), *others = subject.models.items()
    for other, second in others:
        need_equal_states(first, second, f"in {one} and in {other}")
    keys = counted(len(first.state_dict()), "key")
    return f"{keys} of the state_dict, in order, with equal initial values"


def _need_predicted(subject: Subject, model: nn.Module, style: str) -> None:
    """Check the state_dict of a model, except what custom modules have in it.

    Raises:
        FailsError: With the first tensor that is another.
    """
    inside = tuple(f"{each}." for each in subject.claims["unknown"])
    found = [
        f"`{key}`, {str(each.dtype).removeprefix('torch.')} {[*each.shape]}"
        for key, each in model.state_dict().items()
        if not (inside and key.startswith(inside))
    ]
    said = [
        f"`{key}`, {dtype} {shape}" for key, dtype, shape in subject.claims["state"]
    ]
    for one, other in zip_longest(said, found, fillvalue="nothing"):
        if one != other:
            raise FailsError(f"{style} saves {other} where {one} was predicted")


def need_equal_states(first: nn.Module, second: nn.Module, where: str) -> None:
    """Compare the state dicts of two models.

    Raises:
        FailsError: With the first difference.
    """
    a, b = first.state_dict(), second.state_dict()
    for index, (left, right) in enumerate(zip(a, b, strict=False), 1):
        if left != right:
            raise FailsError(f"key {index} is `{left}` and `{right}` {where}")
    if len(a) != len(b):
        raise FailsError(f"{len(a)} and {len(b)} keys {where}")
    for key in a:
        if not same(a[key], b[key]):
            found = difference(a[key], b[key])
            raise FailsError(f"`{key}` differs: {found} {where}")


def copies(subject: Subject) -> str:
    """Check that a deep copy has the same state and outputs."""
    inputs = subject.inputs()
    for style, model in subject.mode(training=False):
        twin = copy.deepcopy(model)
        need_equal_states(model, twin, f"in {style} and its copy")
        if not all(map(same, call(model, inputs), call(twin, inputs))):
            raise FailsError(f"a copy of the {style} model gives something else")
    return "a deep copy has the same state and outputs"


def checkpoints(subject: Subject) -> str:
    """Check that each style loads what another one saved."""
    inputs = subject.inputs()
    models = [model for _, model in subject.mode(training=False)]
    path = Path("checkpoint.pt")
    for first, second in zip(models, [*models[1:], models[0]], strict=True):
        for value in first.parameters():
            value.mul_(1.25)
        with _without_checksums():  # which take half of the time
            torch.save(first.state_dict(), path)
        second.load_state_dict(torch.load(path, weights_only=True, mmap=True))
        path.unlink()
        need_equal_states(first, second, "saved and loaded")
        if not all(map(same, call(first, inputs), call(second, inputs))):
            raise FailsError("a loaded checkpoint gives something else")
    return "each style loads what the other saves and gives the same"


@contextmanager
def _without_checksums() -> Iterator[None]:
    """Save without checksums, which nobody needs of a file that is read at once."""
    before = get_crc32_options()
    set_crc32_options(compute_crc32=False)
    try:
        yield
    finally:
        set_crc32_options(compute_crc32=before)

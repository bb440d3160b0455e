"""Moves checkpoints of networks in this process, and looks at what came of them."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from mlpgen.graph.state_dict import state_dict
from mlpgen.migration import process
from mlpgen.migration.moving.main import moved
from mlpgen.migration.plan import migration
from tests.networks import model

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from mlpgen.api import Network
    from mlpgen.migration.plan import Migration


class Outcome(NamedTuple):
    """What came of moving a checkpoint.

    Attributes:
        plan: The plan.
        answer: What the process says.
        old: The checkpoint, with random numbers.
        new: What was written.
    """

    plan: Migration
    answer: dict[str, Any]
    old: dict[str, Tensor]
    new: dict[str, Tensor]

    def status(self, key: str) -> str:
        """Return what becomes of a tensor."""
        return next(each.status for each in self.plan.moves if each.key == key)


def trained(network: Network, seed: int = 0) -> dict[str, Tensor]:
    """Return weights of a network as if it had been trained: none of them regular."""
    source = torch.Generator().manual_seed(seed)
    state = model(network, "explicit").state_dict()
    found = {}
    for key, each in state.items():
        if not each.is_floating_point():
            found[key] = each + 3
        elif "running_var" in key:
            found[key] = torch.rand(each.shape, generator=source) + 0.5
        else:
            noise = torch.randn(each.shape, generator=source)
            found[key] = each + 0.1 * noise
    for tensor in state_dict(network.graph).tensors:
        if tensor.tied:
            found[tensor.key] = found[tensor.tied]
    return found


def outcome(old: Network, new: Network, folder: Path) -> Outcome:
    """Move a checkpoint of one network to another."""
    plan = migration(old.graph, new.graph)
    weights = trained(old)
    torch.save(weights, folder / "old.pt")
    request = process.Request(
        str(folder / "old.pt"), "old.yaml", folder / "new.pt", safe=False
    )
    job = json.loads(json.dumps(process.job(old, new, plan, request, folder)))
    with torch.no_grad():
        answer = moved(job)
    for name in [each for each in sys.modules if each.startswith("rendered_")]:
        del sys.modules[name]
    found: dict[str, Tensor] = {}
    with suppress(FileNotFoundError):
        found = torch.load(folder / "new.pt", weights_only=True)
    return Outcome(plan, answer, weights, found)


def check(found: Outcome) -> None:
    """Check that what the plan says is so."""
    assert not found.answer["unrun"]
    if found.plan.exact:
        assert found.answer["close"], found.answer
    assert list(found.new) == [
        each.key for each in found.plan.moves if each.status != "dropped"
    ]
    for each in found.plan.moves:
        if each.status in ("kept", "renamed", "moved"):
            assert torch.equal(found.new[each.key], found.old[each.source]), each
        if each.status != "dropped":
            assert [*found.new[each.key].shape] == [*each.shape]

"""Specs with what is right about them: counts, shapes, other arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from mlpgen import api

from .networks import module, network_of

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn


class Case(NamedTuple):
    """A spec, and what is right.

    Attributes:
        text: The spec.
        parameters: How many values the network learns.
        shape: The shape of its output.
        others: Other arguments of its class, with their numbers of parameters.
        warnings: The codes of its warnings.
    """

    text: str
    parameters: int
    shape: tuple[int, ...]
    others: tuple[tuple[dict[str, Any], int], ...] = ()
    warnings: tuple[str, ...] = ()


def made(text: str, arguments: dict[str, Any], inputs: Any) -> tuple[nn.Module, Tensor]:
    """Make the class of a rendered text; return it and its output."""
    torch.default_generator.manual_seed(1)
    model = module(text).Net(**arguments).eval()
    return model, model(*inputs).detach()


def check_case(case: Case, style: str) -> None:
    """Make the class of a case with all of its arguments, and run it."""
    text = ""
    for arguments, count in (({}, case.parameters), *case.others):
        network = network_of(case.text, **arguments)
        graph = network.graph
        assert graph.total_parameters == count, arguments
        own = api.render(network, style)["net.py"]
        if not arguments:
            assert tuple(each.code for each in network.warnings) == case.warnings
            text = own
        torch.default_generator.manual_seed(0)
        inputs = [
            torch.randint(0, 2, (2, *each.shape))
            if each.dtype == "int64"
            else torch.rand(2, *each.shape)
            for each in graph.inputs.values()
        ]
        model, out = made(text, arguments, inputs)
        own_model, own_out = made(own, {}, inputs)
        assert shapes(model) == shapes(own_model)
        assert torch.equal(out, own_out)
        assert tuple(out.shape[1:]) == graph.value(graph.outputs[0]).shape
        if not arguments:
            assert tuple(out.shape[1:]) == case.shape
        assert sum(each.numel() for each in model.parameters()) == count, arguments


def shapes(model: nn.Module) -> dict[str, torch.Size]:
    """Return the shapes of what a model saves."""
    return {name: each.shape for name, each in model.state_dict().items()}


def write_cases(cases: dict[str, Case], folder: Path) -> None:
    """Write the code of all cases, in both styles, for linters."""
    for number, (name, case) in enumerate(cases.items()):
        network = network_of(case.text)
        for style in api.STYLES:
            path = folder / f"{style}_{number}.py"
            path.write_text(api.render(network, style)["net.py"], encoding="utf-8")
            assert path.stat().st_size, name

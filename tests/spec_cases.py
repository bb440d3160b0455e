"""Specs with what is right about them: counts, shapes, other arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from mlpgen import api, source
from mlpgen.graph.build import build

from .networks import module

if TYPE_CHECKING:
    from pathlib import Path


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


def made(text: str, style: str, arguments: dict[str, Any], inputs: Any) -> Any:
    """Make the class of a rendered text; return its parameters and its output."""
    torch.default_generator.manual_seed(1)
    model = module(text).Net(**arguments).eval()
    return {name: each.shape for name, each in model.state_dict().items()}, model(
        *inputs
    ).detach()


def check_case(case: Case, style: str) -> None:
    """Make the class of a case with all of its arguments, and run it."""
    document = source.parse(case.text.encode(), "spec.yaml")
    text = ""
    for arguments, count in (({}, case.parameters), *case.others):
        built = build(document, arguments)
        network = api.Network(built.graph, built.warnings, document, arguments)
        assert built.graph.total_parameters == count, arguments
        if not arguments:
            assert tuple(each.code for each in built.warnings) == case.warnings
            text = api.render(network, style)["net.py"]
        own = api.render(network, style)["net.py"]
        torch.default_generator.manual_seed(0)
        inputs = [
            torch.randint(0, 2, (2, *each.shape))
            if each.dtype == "int64"
            else torch.rand(2, *each.shape)
            for each in built.graph.inputs.values()
        ]
        keys, out = made(text, style, arguments, inputs)
        own_keys, own_out = made(own, style, {}, inputs)
        assert keys == own_keys
        assert torch.equal(out, own_out)
        assert tuple(out.shape[1:]) == built.graph.value(built.graph.outputs[0]).shape
        if not arguments:
            assert tuple(out.shape[1:]) == case.shape
        learned = module(text).Net(**arguments).parameters()
        assert sum(each.numel() for each in learned) == count, arguments


def write_cases(cases: dict[str, Case], folder: Path) -> None:
    """Write the code of all cases, in both styles, for linters."""
    for number, (name, case) in enumerate(cases.items()):
        document = source.parse(case.text.encode(), "spec.yaml")
        built = build(document)
        network = api.Network(built.graph, built.warnings, document, {})
        for style in api.STYLES:
            path = folder / f"{style}_{number}.py"
            path.write_text(api.render(network, style)["net.py"], encoding="utf-8")
            assert path.stat().st_size, name

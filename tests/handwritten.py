"""Compares the model of a spec with a module that is written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import yaml

from mlpgen import api

from .networks import model, network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn


def assert_as_written(
    text: str, written: type[nn.Module], inputs: Sequence[Tensor], **arguments: Any
) -> None:
    """Compare outputs and gradients in both styles, in train and eval mode.

    Args:
        text: The spec.
        written: The class that is written by hand; its parameters have the same names.
        inputs: What both take; numbers get gradients too.
        arguments: Arguments of both classes.
    """
    loaded = network(yaml.safe_load(text))
    for style in api.STYLES:
        ours = type(model(loaded, style))(**arguments)
        theirs = written(**arguments)
        assert [*ours.state_dict()] == [*theirs.state_dict()]
        theirs.load_state_dict(ours.state_dict())
        for training in (True, False):
            found = _run(ours.train(training), inputs)
            right = _run(theirs.train(training), inputs)
            assert len(found) == len(right)
            for one, other in zip(found, right, strict=True):
                torch.testing.assert_close(one, other)


def _run(module: nn.Module, inputs: Sequence[Tensor]) -> list[Tensor | None]:
    """Return the outputs, and the gradients of inputs and parameters."""
    module.zero_grad()
    given = [
        each.clone().requires_grad_() if each.is_floating_point() else each.clone()
        for each in inputs
    ]
    torch.default_generator.manual_seed(5)
    found = module(*given)
    outputs = [*found] if isinstance(found, tuple) else [found]
    loss = sum((n + 1) * each.sin().sum() for n, each in enumerate(outputs))
    assert isinstance(loss, torch.Tensor)
    loss.backward()  # type: ignore[no-untyped-call]
    parameters = [each.grad for _, each in sorted(module.named_parameters())]
    return [*outputs, *(each.grad for each in given), *parameters]

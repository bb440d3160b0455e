"""Accepted specs, rendered and run: styles, predictions and the interpreter agree."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mlpgen.proof.checks import shapes_and_counts, spec_comparison
from mlpgen.proof.checks.errors import FailsError, UnknownError
from mlpgen.proof.checks.subject import Subject, call
from mlpgen.proof.claims import claims
from mlpgen.proof.spec_entries import spec_entries

from .captures import captured_layers
from .comparison import equal_states, equal_tensors
from .findings import EndlessError, Finding, by_values, crash, patience, wrong
from .rendering import class_of
from .variants import other_arguments, other_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.api import Network

    from .choices import Choice


def runs(network: Network, codes: dict[str, str], choice: Choice) -> Iterator[Finding]:
    """Run a network in both styles; compare it with all predictions.

    Args:
        network: The network.
        codes: The code of its model in each style.
        choice: Captures and arguments to try.
    """
    try:
        with quiet(), patience(60):
            yield from _runs(network, codes, choice)
    except EndlessError as error:
        yield crash("a model never ends", error)


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings of torch, and seed it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _runs(network: Network, codes: dict[str, str], choice: Choice) -> Iterator[Finding]:
    said: Any = claims(network.graph)
    try:
        classes = {style: class_of(network, code) for style, code in codes.items()}
    except Exception as error:
        yield wrong("importing a model raises", error)
        return
    try:
        subject = Subject(said, classes, {}, spec_entries(network))  # type: ignore[arg-type]
    except Exception as error:
        yield wrong("making a model raises", error)
        return
    try:
        with torch.no_grad():
            for _, model in subject.mode(training=False):
                call(model, subject.inputs())
    except Exception as error:
        if not by_values(error):
            yield wrong("running a model raises", error)
        return
    found = [*_predicted(subject), *_equal(subject)]
    yield from found
    if not found:
        yield from _by_the_spec(subject)
        for chosen in choice.captures:
            yield from captured_layers(network, subject, chosen)
        for others in choice.others:
            yield from other_arguments(network, subject, others)
        yield from other_sizes(network, subject)


def _predicted(subject: Subject) -> Iterator[Finding]:
    """Shapes, kinds of numbers and counts are as predicted."""
    checks = [
        shapes_and_counts.parameters,
        shapes_and_counts.outputs,
        shapes_and_counts.layers,
        shapes_and_counts.multiply_adds,
    ]
    for check in checks:
        try:
            with torch.no_grad():
                check(subject)
        except FailsError as error:
            yield wrong(f"{check.__name__} are not as predicted", error)
        except shapes_and_counts.UnsupportedError:
            continue
        except Exception as error:
            yield wrong(f"checking {check.__name__} raises", error)


def _equal(subject: Subject) -> Iterator[Finding]:
    """Both styles have equal states, outputs and gradients, in eval and train mode."""
    one, other = subject.models.values()
    yield from equal_states(one, other, "states differ")
    for training in (False, True):
        mode = "train" if training else "eval"
        try:
            results = [
                _gradients(each.train(training), subject) for each in (one, other)
            ]
        except Exception as error:
            yield wrong(f"running a model in {mode} mode raises", error)
            return
        yield from equal_tensors(*results, f"styles differ in {mode} mode")
    yield from equal_states(one, other, "states differ after a run")


def _gradients(model: nn.Module, subject: Subject) -> dict[str, Tensor | None]:
    given = subject.inputs()
    for each in given:
        each.requires_grad_(each.is_floating_point())
    found = call(model, given)
    sums = [each.square().sum() for each in found if each.requires_grad]
    if sums:
        torch.autograd.backward(sums)
    names = [each["name"] for each in subject.claims["outputs"]]
    results: dict[str, Tensor | None] = {
        f"output {name}": each.detach() for name, each in zip(names, found, strict=True)
    }
    for index, each in enumerate(given):
        results[f"gradient of input {index}"] = each.grad
    for name, weight in model.named_parameters():
        results[f"gradient of {name}"] = weight.grad
    model.zero_grad(set_to_none=True)
    return results


def _by_the_spec(subject: Subject) -> Iterator[Finding]:
    """The interpreter of the spec gives the same results."""
    try:
        with torch.no_grad():
            spec_comparison.as_written(subject)
    except FailsError as error:
        yield wrong("the interpreter differs", error)
    except UnknownError:
        return
    except Exception as error:
        yield wrong("the interpreter raises", error)

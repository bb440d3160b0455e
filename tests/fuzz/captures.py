"""Captured layers: hooks on the model against the interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mlpgen import SpecError, api
from mlpgen.graph.captures import captured
from mlpgen.proof.checks import spec_comparison
from mlpgen.proof.checks.comparison import difference, same
from mlpgen.proof.checks.errors import FailsError, UnknownError
from mlpgen.proof.checks.subject import SEED, Subject, call
from mlpgen.proof.claims import claims

from .comparison import equal_tensors
from .findings import Finding, wrong
from .rendering import rendered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.api import Network


def captured_layers(
    network: Network, subject: Subject, chosen: Sequence[str]
) -> Iterator[Finding]:
    """Capture layers in both styles.

    Args:
        network: The network.
        subject: It, without captures, made and run.
        chosen: Names of what is captured.
    """
    try:
        names = captured(network.graph, chosen)
        classes = {style: rendered(network, style, names) for style in api.STYLES}
        said: Any = claims(network.graph, names)
    except SpecError:
        return  # a later layer writes over it
    except Exception as error:
        yield wrong("rendering a captured model raises", error)
        return
    try:
        own = Subject(said, classes, {}, subject.entries)
        for style, model in own.models.items():
            # These have run in train mode, which changed their buffers.
            model.load_state_dict(subject.models[style].state_dict())
    except Exception as error:
        yield wrong("making a captured model raises", error)
        return
    yield from _values(own, subject, names)


def _values(own: Subject, subject: Subject, names: Sequence[str]) -> Iterator[Finding]:
    every = [each["name"] for each in own.claims["outputs"]]
    results = []
    for _, model in own.mode(training=False):
        try:
            with torch.no_grad():
                torch.default_generator.manual_seed(
                    SEED
                )  # some layers draw in eval mode
                returned = model(*own.inputs())
        except Exception as error:
            yield wrong("a captured model raises", error)
            return
        whole = returned if isinstance(returned, tuple) else (returned,)
        if len(whole) != len(every) or not all(isinstance(x, Tensor) for x in whole):
            found = [getattr(x, "shape", type(x).__name__) for x in whole]
            yield Finding(
                "captured layers are no tensors", f"{names}: {found}", "captured type"
            )
            return
        results.append({**dict(zip(every, whole, strict=True))})
    yield from equal_tensors(*results, "captured styles differ")
    for _, model in subject.mode(training=False):
        yield from _as_before(model, subject, names, results[0])
    yield from _by_the_spec(own)


def _as_before(
    model: nn.Module, subject: Subject, names: Sequence[str], found: dict[str, Tensor]
) -> Iterator[Finding]:
    """Compare captures with hooks on a model without captures."""
    outputs, seen = _hooked(model, subject, names)
    for name, left in zip(found, outputs, strict=False):
        if not same(left, found[name]):
            yield Finding("capturing changes an output", name, "capturing output")
    for name, left in seen.items():
        if not same(left, found[name]):
            said = f"{name}: {difference(left, found[name])}"
            yield Finding("a captured layer is another", said, "captured value")


def _hooked(
    model: nn.Module, subject: Subject, names: Sequence[str]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Return outputs, and the results of the named modules that run once."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    every = [*model.named_modules(remove_duplicate=False)]
    handles = []
    for name, module in every:
        if name not in found or sum(other is module for _, other in every) > 1:
            continue

        def keep(_m: Any, _args: Any, y: Any, name: str = name) -> None:
            found[name].append(y.clone() if isinstance(y, Tensor) else y)

        handles.append(module.register_forward_hook(keep))
    with torch.no_grad():
        outputs = call(model, subject.inputs())
    for handle in handles:
        handle.remove()
    once = {name: some[0] for name, some in found.items() if len(some) == 1}
    return outputs, {k: y for k, y in once.items() if isinstance(y, Tensor)}


def _by_the_spec(own: Subject) -> Iterator[Finding]:
    try:
        with torch.no_grad():
            spec_comparison.as_written(own)
    except FailsError as error:
        yield wrong("the interpreter differs in what is captured", error)
    except UnknownError:
        return
    except Exception as error:
        yield wrong("the interpreter raises for what is captured", error)

"""The class with other arguments against the spec with these as defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from mlpgen import SpecError
from mlpgen.graph.build import build
from mlpgen.proof.checks import free_sizes
from mlpgen.proof.checks.errors import FailsError
from mlpgen.proof.checks.subject import SEED, Subject, call, made_inputs
from mlpgen.proof.claims import claims
from mlpgen.proof.other_sizes import other_sizes as sizes_to_try
from mlpgen.proof.other_types import same_code

from .comparison import equal_states, equal_tensors
from .findings import Finding, by_values, wrong
from .limits import light
from .rendering import rendered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.api import Network


def other_sizes(network: Network, subject: Subject) -> Iterator[Finding]:
    """The class on inputs of other sizes, where these are free, does what is said."""
    if not network.graph.free:
        return
    subject.sizes = [each._asdict() for each in sizes_to_try(network, network, ())]
    try:
        with torch.no_grad():
            free_sizes.other_sizes(subject)
    except FailsError as error:
        cause = error.__cause__
        if not (isinstance(cause, Exception) and by_values(cause)):
            yield wrong("with other sizes", error)


def other_arguments(
    network: Network, subject: Subject, others: dict[str, Any]
) -> Iterator[Finding]:
    """The class with other arguments equals the spec with these defaults."""
    try:
        built = build(network.document, others)
    except SpecError:
        return
    types = {n: each for n, each in others.items() if isinstance(each, str)}
    if types and not same_code(network.graph, built.graph):
        return
    given_types = {name: getattr(nn, each) for name, each in types.items()}
    changed = network._replace(graph=built.graph, settings=others)
    if not light(changed):
        return
    said: Any = claims(built.graph)
    for style, cls in subject.classes.items():
        kind = "other arguments"
        try:
            torch.default_generator.manual_seed(SEED)
            wanted = rendered(changed, style)().eval()
            torch.default_generator.manual_seed(SEED)
            found = cls(**(others | given_types)).eval()
            kind = "running with other arguments"
            given = made_inputs(said, 2)
            with torch.no_grad():
                results = [call(each, given) for each in (found, wanted)]
        except Exception as error:
            if by_values(error):
                return
            yield wrong(f"{kind} raises", error)._replace(
                detail=f"{others}: {type(error).__name__}: {error}"[:300]
            )
            return
        kind = "with other arguments the model differs from the spec with --set"
        for each in equal_states(found, wanted, kind):
            yield each._replace(detail=f"{others}: {each.detail}")
            return
        outputs = [
            dict(zip(built.graph.outputs, some, strict=False)) for some in results
        ]
        for each in equal_tensors(*outputs, kind):
            yield each._replace(detail=f"{others}: {each.detail}")
            return

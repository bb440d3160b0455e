"""A case is made, validated, shown, rendered and run; what must not be is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import cases, choices, execution, rendering, validation
from .limits import light

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from .findings import Finding
    from .plain import Data

SLOW = 3
SLOWEST = 10
"""Of so many accepted specs one is shown and checked in ways that take long."""


class Judged(NamedTuple):
    """What came of a case.

    Attributes:
        case: Its name.
        spec: What was looked at; of a finding on the way, that spec.
        accepted: Whether mlpgen accepted it.
        executed: Whether it was run.
        findings: What must not be.
    """

    case: str
    spec: Data
    accepted: bool
    executed: bool
    findings: tuple[Finding, ...]


def judged(seed: int, number: int) -> Judged:
    """Make a case and look at it."""
    met: list[tuple[Data, Finding]] = []

    def accepted(spec: Data) -> bool:
        verdict = validation.validated(spec)
        if verdict.finding:
            met.append((spec, verdict.finding))
        return verdict.network is not None

    case = cases.case(seed, number, accepted)
    if met:
        spec, finding = met[0]
        return Judged(case.name, spec, False, False, (finding,))
    return looked_at(case.name, case.spec, case.rng)


def looked_at(name: str, spec: Data, rng: random.Random | None = None) -> Judged:
    """Look at a spec; without random numbers at all that can be tried of it."""
    verdict = validation.validated(spec)
    if verdict.network is None or verdict.finding:
        found = (verdict.finding,) if verdict.finding else ()
        return Judged(name, spec, verdict.network is not None, False, found)
    network = verdict.network

    def sometimes(of: int) -> bool:
        return rng is None or rng.randrange(of) == 0

    findings = [*validation.shown(network, table=sometimes(SLOW))]
    if sometimes(SLOW):
        findings += validation.schema_agrees(network)
    broken = [*rendering.renders(network, notebook=sometimes(SLOWEST))]
    executed = not broken and light(network)
    if executed:
        choice = choices.drawn(network, rng) if rng else choices.every(network)
        broken = [*execution.runs(network, choice)]
    return Judged(name, spec, True, executed, (*findings, *broken))


def all_judged(seed: int, numbers: range) -> Iterator[Judged]:
    """Look at several cases."""
    for number in numbers:
        yield judged(seed, number)

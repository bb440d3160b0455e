"""Makes a case, then validates, shows, renders and runs it, and collects findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import cases, choices, execution, rendering
from .limits import light
from .validation import schema_agrees, shown, validated

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from .findings import Finding
    from .plain_specs import Data
    from .validation import Verdict

SLOW = 4
SLOWEST = 8
"""One of this many accepted specs gets the slow checks."""


class Judged(NamedTuple):
    """The outcome of a case.

    Attributes:
        case: Its name.
        spec: The spec, or one on the way to it that has a finding.
        accepted: Whether mlpgen accepted it.
        executed: Whether it was run.
        findings: Broken promises.
    """

    case: str
    spec: Data
    accepted: bool
    executed: bool
    findings: tuple[Finding, ...]


def judged(seed: int, number: int) -> Judged:
    """Make a case and judge it."""
    case = cases.case(seed, number)
    return looked_at(case.name, case.spec, case.rng, case.verdict)


def looked_at(
    name: str,
    spec: Data,
    rng: random.Random | None = None,
    verdict: Verdict | None = None,
) -> Judged:
    """Judge a spec.

    Args:
        name: The name of the case.
        spec: The spec.
        rng: Chooses what to try; without it, everything is tried.
        verdict: What mlpgen said about it, if known already.
    """
    verdict = verdict or validated(spec)
    if verdict.network is None or verdict.finding:
        found = (verdict.finding,) if verdict.finding else ()
        return Judged(name, spec, verdict.network is not None, False, found)
    network = verdict.network

    def sometimes(of: int) -> bool:
        return rng is None or rng.randrange(of) == 0

    findings = [*shown(network, table=sometimes(SLOW))]
    if sometimes(SLOWEST):
        findings += schema_agrees(network)
    texts = rendering.texts(network, notebook=sometimes(SLOWEST))
    findings += texts.findings
    executed = not texts.findings and light(network)
    if executed:
        choice = choices.drawn(network, rng) if rng else choices.every(network)
        findings += execution.runs(network, texts.models, choice)
    return Judged(name, spec, True, executed, (*findings,))


def all_judged(seed: int, numbers: range) -> Iterator[Judged]:
    """Judge several cases."""
    for number in numbers:
        yield judged(seed, number)

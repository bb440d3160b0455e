"""Look for faults of design with all rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic, in_order
from mlpgen.diagnostics.ignored import shown
from mlpgen.lints.catalogue import RULES
from mlpgen.lints.rule import Subject
from mlpgen.lints.sources import Sources
from mlpgen.lints.unneeded import unneeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.diagnostics.ignored import Ignored
    from mlpgen.graph.effects.effects import Effects
    from mlpgen.graph.nodes import Model
    from mlpgen.lints.rule import Rule
    from mlpgen.source import Document


class Consent(NamedTuple):
    """What the author of a spec knows about.

    Attributes:
        ignored: What is ignored, and where.
        silenced: The other warnings that are not shown for that.
        settled: Whether the parameters have their defaults, for which it is written.
    """

    ignored: tuple[Ignored, ...] = ()
    silenced: tuple[Diagnostic, ...] = ()
    settled: bool = True


_NOTHING = Consent()


def lint(
    model: Model,
    documents: Mapping[str, Document],
    effects: Effects | None,
    consent: Consent = _NOTHING,
) -> list[Diagnostic]:
    """Return the faults of a network, in the order of its file.

    Args:
        model: The network.
        documents: The file of each class; that of the model has an empty name.
        effects: What is known of its values; without it, nothing is looked for.
        consent: What its author knows about.
    """
    if effects is None:
        return []
    subject = Subject(model, effects.flow, Sources(documents), effects)
    found = [each for rule in RULES for each in _found(rule, subject)]
    if consent.ignored:
        every = (*found, *consent.silenced)
        if consent.settled:
            found += unneeded(model, documents, consent.ignored, every)
        found = shown(found, consent.ignored)
    return in_order([*dict.fromkeys(found)])


def _found(rule: Rule, subject: Subject) -> Iterator[Diagnostic]:
    seen = set()
    for each in rule.find(subject):
        place = subject.sources.place(each.path, each.owner, key=each.key)
        if place in seen:  # another round, or another use of the same block
            continue
        seen.add(place)
        level = each.level or rule.level
        yield Diagnostic(
            rule.code,
            each.message,
            place,
            each.notes,
            str(each.help),
            warning=level != "error",
            hint=level == "hint",
            labels=each.labels,
            fix=each.fix
            or subject.sources.fix(each.help, each.path, each.owner, key=each.key),
        )

"""A rule: what it finds, and the page that explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlpgen.diagnostics.diagnostic import Fix, Label
    from mlpgen.diagnostics.explanations.explanation import Explanation
    from mlpgen.graph.effects.effects import Effects
    from mlpgen.graph.flow import Flow
    from mlpgen.graph.nodes import Model
    from mlpgen.lints.sources import Sources
    from mlpgen.source import Path

Level = Literal["error", "warning", "hint"]
"""How much it matters; hints are shown only if they are asked for."""


class Finding(NamedTuple):
    """One fault.

    Attributes:
        message: What is wrong, on one line.
        path: The path of the value in its file.
        owner: The class whose file it is in; empty for the model.
        key: Whether it is about the key, and not the value.
        notes: Facts that explain the message.
        help: How to mend it, or an empty string; as `Advice`, it knows its edits.
        labels: Other places that belong to it.
        fix: The edits that mend it, if they are certain and not those of the help.
        level: Another level than that of the rule; empty for its own.
    """

    message: str
    path: Path
    owner: str = ""
    key: bool = False
    notes: tuple[str, ...] = ()
    help: str = ""
    labels: tuple[Label, ...] = ()
    fix: Fix | None = None
    level: Level | Literal[""] = ""


class Subject(NamedTuple):
    """What rules look at.

    Attributes:
        model: The network, with its training.
        flow: Its operations in the order they run.
        sources: The files of its classes.
        effects: What is known of its values.
    """

    model: Model
    flow: Flow
    sources: Sources
    effects: Effects


class Rule(NamedTuple):
    """One rule.

    Attributes:
        code: Its code: `MG501`.
        level: How much it matters.
        find: Yields what it finds.
        page: What `mlpgen explain` says.
    """

    code: str
    level: Level
    find: Callable[[Subject], Iterable[Finding]]
    page: Explanation

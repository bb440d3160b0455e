"""Imports a model: record, translate, render, compare."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.importer.spec import class_name, spec_of

if TYPE_CHECKING:
    from mlpgen.importer.session import Check, Session


class Imported(NamedTuple):
    """A spec made from a model, and how it compares.

    Attributes:
        text: The spec.
        checks: The comparison with the original.
    """

    text: str
    checks: tuple[Check, ...]

    @property
    def proved(self) -> bool:
        """Whether no check failed."""
        return bool(self.checks) and all(
            each.status != "failed" for each in self.checks
        )


def imported(session: Session, name: str = "") -> Imported:
    """Make a spec of the model of a session and compare both.

    Args:
        session: A process that has the model.
        name: Another name for its class.

    Raises:
        ModelError: The model cannot be loaded, or does not run.
        UnsaidError: No spec can say it.
        SpecError: The spec that was made is not valid, which is a fault of mlpgen.
    """
    recording = session.recording()
    title = name or class_name(recording.name)
    spec = spec_of(recording, title, file_name(session.job.target, title))
    network = spec.network()
    code = api.render(network, "explicit")[f"{network.graph.stem}.py"]
    return Imported(spec.text, (*session.compare(code, title),))


def file_name(target: str, title: str) -> str:
    """Return the name of a function that makes the model, as the name of its files."""
    place, _, name = target.rpartition(":")
    name = name.rpartition(".")[2] if place else Path(target).stem
    simple = re.fullmatch(r"[a-z][a-z0-9_]*", name)
    return name if simple and name.replace("_", "") != title.lower() else ""

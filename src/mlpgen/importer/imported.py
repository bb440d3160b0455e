"""Imports a model: record, translate, render, compare."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.importer.block import class_name
from mlpgen.importer.calls import UnsaidError
from mlpgen.importer.certificate import certificate
from mlpgen.importer.customs import class_to_keep
from mlpgen.importer.initial_values import lost_values
from mlpgen.importer.needed import refs
from mlpgen.importer.session import Check
from mlpgen.importer.spec import spec_of
from mlpgen.names.identifiers import snake_case
from mlpgen.names.modules import wrong_file

if TYPE_CHECKING:
    from mlpgen.importer.recording import Recording
    from mlpgen.importer.session import Session
    from mlpgen.importer.spec import Written

INITIAL = "initial values"
SHOWN = 4
"""How many parameters a note names."""


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


def imported(session: Session, name: str = "", *, certify: bool = True) -> Imported:
    """Make a spec of the model of a session and compare both.

    Args:
        session: A process that has the model.
        name: Another name for its class.
        certify: Whether the spec is certified, too.

    Raises:
        ModelError: The model cannot be loaded, or does not run.
        UnsaidError: No spec can say it.
        SpecError: The spec that was made is not valid, which is a fault of mlpgen.
    """
    recording = session.recording()
    title = name or class_name(recording.name)
    file = file_name(session.job.target, title)
    own = {each.file for each in recording.modules.values() if each.kept}
    if any(wrong_file(each, file or snake_case(title)) for each in own):
        file = f"{file or snake_case(title)}_model"  # the author's has that name
    try:
        spec = spec_of(recording, title, file)
    except UnsaidError as error:
        error.inside = class_to_keep(recording.modules, error.path)
        raise
    network = spec.network()
    code = api.render(network, "explicit")[f"{network.graph.stem}.py"]
    checks = session.compare(code, title, spec.inputs)
    said = any(each.name == INITIAL for each in checks)
    checks += [*_less(recording, spec), *([] if said else _initial(recording, spec))]
    checks += _own_files(own, file)
    if certify and all(each.status != "failed" for each in checks):
        checks.append(certificate(session, network, own=bool(own)))
    return Imported(spec.text, (*checks,))


def _initial(recording: Recording, spec: Written) -> list[Check]:
    """Say which parameters begin with other values."""
    lost = lost_values(recording, spec.beside)
    if not lost:
        return []
    names = ", ".join(f"`{key}`" for key in lost[:SHOWN])
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    detail = f"no rule of the spec says those of {names}{more}"
    return [Check(INITIAL, "note", detail)]


def _less(recording: Recording, spec: Written) -> list[Check]:
    """Say which inputs the spec does not take, and does not return."""
    found = []
    unused = [
        f"`{each.name}`"
        for at, each in enumerate(recording.inputs)
        if at not in spec.inputs
    ]
    if unused:
        detail = f"nothing uses {', '.join(unused)}: the spec does not take it"
        found.append(Check("inputs", "note", detail))
    inputs = {*refs(recording.forward.inputs)}
    if inputs & {*refs(recording.forward.returned)}:
        detail = "the original returns inputs as they are, too: the spec does not"
        found.append(Check("outputs", "note", detail))
    return found


def _own_files(own: set[str], file: str) -> list[Check]:
    """Say which files of the author the generated code needs, and why it is renamed."""
    if not own:
        return []
    names = ", ".join(f"`{each}`" for each in sorted(own))
    detail = f"copy {names} beside the generated code"
    if file.endswith("_model"):
        detail += f": `file` in the spec calls that `{file}.py`, to be another file"
    return [Check("the author's files", "note", detail)]


def file_name(target: str, title: str) -> str:
    """Return the name of a function that makes the model, as the name of its files."""
    place, _, name = target.rpartition(":")
    name = name.rpartition(".")[2] if place else Path(target).stem
    simple = re.fullmatch(r"[a-z][a-z0-9_]*", name)
    return name if simple and name.replace("_", "") != title.lower() else ""

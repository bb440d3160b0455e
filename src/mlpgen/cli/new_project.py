"""`mlpgen init project`."""

from __future__ import annotations

from pathlib import Path

from mlpgen.cli import printing
from mlpgen.output import atomic_write
from mlpgen.project import new_settings
from mlpgen.project.settings import settings


def make() -> int:
    """Add settings to this folder, and what git and ruff should know.

    Returns:
        The exit code: 1 if a person has to add the settings.
    """
    here, found = Path(), settings()
    if found.file and found.root == ".":
        _tell(new_settings.Addition(Path(found.file)))
    else:
        if found.file:
            said = (
                f"note: this is in the project of {found.file}; the nearest one counts"
            )
            printing.say(said, aside=True)
        added = new_settings.settings_of(here)
        _make(added)
        if added.advice:
            return 1
    for each in new_settings.additions(here, settings().out):
        _make(each)
    return 0


def _make(addition: new_settings.Addition) -> None:
    if addition.text is not None and addition.exists:
        atomic_write.rewrite({addition.path: addition.text})
    elif addition.text is not None:
        atomic_write.write({addition.path: addition.text})
    _tell(addition)


def _tell(addition: new_settings.Addition) -> None:
    word, color = "updated" if addition.exists else "written", "green"
    if addition.text is None:
        word, color = "unchanged", ""
    advice = f"; {addition.advice}" if addition.advice else ""
    said = printing.Painted(word, color)
    printing.say(f"{addition.path.as_posix()}: ", said, advice)

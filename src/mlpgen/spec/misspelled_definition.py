"""Names that are misspelled where they are defined, and not where they are used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.advice import Advice, Respelled
from mlpgen.spec.wording import cut
from mlpgen.symbols.work_limit import allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.source import Document, Path

DEFINING = frozenset({"parameters", "values", "sizes", "blocks", "input"})
"""Keys whose own keys are names that the rest of a spec uses."""
FEWEST = 2
"""How often a word must stand elsewhere, to be no slip itself."""
_WORD = re.compile(r"\w+")


class _Text(NamedTuple):
    """A key or a text of a document.

    Attributes:
        path: The path of its value.
        text: The text.
        defines: Whether it defines a name.
    """

    path: Path
    text: str
    defines: bool


def about_definition(document: Document, help: str) -> str:
    """Return help about the definition of a name instead, if the slip is there.

    It is there if nothing uses the defined name, and the word that was found instead
    stands in several places.

    Args:
        document: The document with the mistake.
        help: Help about the use of a name: "did you mean `ekrnel_size`?".
    """
    if not isinstance(help, Advice) or not isinstance(help.change, Respelled):
        return help
    if help.path is not None or not allowed(len(document.lines)):
        return help
    used, defined = help.change
    found = [each for each in _texts(document.data) if each.path[-1] != "description"]
    place = [each for each in found if defined in _WORD.findall(each.text)]
    times = sum(_WORD.findall(each.text).count(used) for each in found)
    if [(defined, True)] != [each[1:] for each in place] or times < FEWEST:
        return help
    text = f"nothing uses `{cut(defined)}`: did you mean `{cut(used)}` there?"
    return Advice(text, Respelled(defined, used), place[0].path)


def _texts(data: Any) -> Iterator[_Text]:
    """Yield all keys and texts of a document."""
    todo: list[tuple[Path, Any]] = [((), data)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo += [((*path, key), inner) for key, inner in value.items()]
            defines = bool(path) and path[-1] in DEFINING
            yield from (_Text((*path, key), key, defines) for key in value)
        elif isinstance(value, list):
            todo += [((*path, at), inner) for at, inner in enumerate(value)]
        elif isinstance(value, str):
            yield _Text(path, value, path[-1:] == ("name",))

"""Errors in templates of a project, as diagnostics with their places."""

from __future__ import annotations

import re
from contextlib import contextmanager
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import (
    TemplateNotFound,
    TemplatesNotFound,
    TemplateSyntaxError,
    UndefinedError,
)

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.project_templates.folder import meant, replaces
from mlpgen.rendering import NotCodeError, environment
from mlpgen.spec.wording import cut, nearest
from mlpgen.template_files import template_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.template_files import TemplateFolder

_TAG = re.compile(r"{{.*?}}|{%.*?%}")
_PRINTED = re.compile(r"{{-?\s*(.*?)\s*-?}}")
_UNKNOWN_NAME = re.compile(r"'(\w+)' is undefined")
_UNKNOWN_ATTRIBUTE = re.compile(r"'(.+)' has no attribute '(\w+)'")
_UNKNOWN_FILTER = re.compile(r"No (filter|test) named '(\w+)'")


class _Mistake(NamedTuple):
    """A mistake in a template, without its place.

    Attributes:
        code: The code of the diagnostic.
        message: What is wrong.
        help: How to fix it.
        word: The word of the line that is wrong, if known.
    """

    code: str
    message: str
    help: str = ""
    word: str = ""


@contextmanager
def diagnosed(folder: TemplateFolder, values: Mapping[str, Any]) -> Iterator[None]:
    """Turn exceptions of a template of a project into diagnostics.

    Args:
        folder: The templates.
        values: The values they can use.

    Raises:
        SpecError: Instead of any other exception.
    """
    try:
        yield
    except SpecError:
        raise
    except Exception as error:
        place, notes = _place(folder, error)
        if place is None:  # no template of the project is involved
            raise
        mistake = _mistake(folder, error, values, place.text)
        if mistake.word:
            place = _narrowed(folder, place, mistake.word)
        found = Diagnostic(mistake.code, mistake.message, place, notes, mistake.help)
        raise SpecError([found]) from None


def _mistake(
    folder: TemplateFolder, error: Exception, values: Mapping[str, Any], line: str
) -> _Mistake:
    match error:
        case TemplateSyntaxError():
            return _syntax(folder, error)
        case TemplateNotFound():
            return _missing(folder, error)
        case NotCodeError():
            return _no_code(error, line)
        case UndefinedError():
            return _unknown(str(error.message), values)
        case RecursionError():
            message = "the templates include each other endlessly"
            return _Mistake("MG603", message)
    said = " ".join(str(error).split())
    kind = type(error).__name__
    return _Mistake(
        "MG603", f"the template raises {kind}: {cut(said, 200)}".rstrip(": ")
    )


def _syntax(folder: TemplateFolder, error: TemplateSyntaxError) -> _Mistake:
    said = str(error.message or "it cannot be read").rstrip(".")
    help = word = ""
    if found := _UNKNOWN_FILTER.match(said):
        kind, word = found.groups()
        known = environment(folder)
        help = nearest(word, known.filters if kind == "filter" else known.tests)
        said = f"there is no {kind} `{cut(word)}`"
    return _Mistake("MG602", f"invalid template: {said}", help, word)


def _missing(folder: TemplateFolder, error: TemplateNotFound) -> _Mistake:
    names = error.templates if isinstance(error, TemplatesNotFound) else [error.name]
    name = str(names[0]) if names else ""
    help = "" if "/" in name else meant(name, [*folder.texts, *template_names()])
    help = help or f"only files directly in `{folder.path}` are read"
    return _Mistake("MG603", f"there is no template `{cut(name)}`", help, name)


def _no_code(error: NotCodeError, line: str) -> _Mistake:
    found = _PRINTED.findall(line)
    what = f"`{cut(found[0], 60)}`" if len(found) == 1 else "what this line prints"
    kind = "None" if error.value is None else f"a `{type(error.value).__name__}`"
    help = "`mlpgen templates` lists what is `Code`"
    if error.value is None or isinstance(error.value, str | bytes | list | tuple):
        help += "; `| literal` writes any value as a Python literal"
    message = f"{what} is {cut(kind)}, not `Code`"
    return _Mistake("MG604", message, help, found[0] if len(found) == 1 else "")


def _unknown(said: str, values: Mapping[str, Any]) -> _Mistake:
    if found := _UNKNOWN_NAME.match(said):
        name = found[1]
        help = nearest(name, values) or "`mlpgen templates` lists what can be used"
        return _Mistake("MG603", f"there is no `{cut(name)}` here", help, name)
    if found := _UNKNOWN_ATTRIBUTE.match(said):
        kind, name = found[1].removesuffix(" object").rpartition(".")[2], found[2]
        known = _attributes(kind, values.values())
        message = f"a `{kind}` has no attribute `{cut(name)}`"
        return _Mistake("MG603", message, nearest(name, known), name)
    return _Mistake("MG603", f"undefined value: {said}")


def _attributes(kind: str, values: Iterable[Any], depth: int = 2) -> list[str]:
    """List the attributes of the first value of a class, also inside of tuples."""
    for value in values:
        if type(value).__name__ == kind:
            return [name for name in dir(value) if not name.startswith("_")]
    inner = [
        each
        for value in values
        if depth and isinstance(value, tuple)
        for each in (value, *value)
    ]
    return _attributes(kind, inner, depth - 1) if inner else []


def _place(
    folder: TemplateFolder, error: Exception
) -> tuple[Place | None, tuple[str, ...]]:
    """Find the last line of a project's template before an error, and write notes."""
    if isinstance(error, TemplateSyntaxError):
        # Jinja's lexer does not name the template of a tag that is not closed.
        for name, text in folder.texts.items():
            if name == error.name or text == error.source:
                return folder.place(name, error.lineno), ()
    names = {folder.file(name): name for name in folder.texts}
    place: Place | None = None
    notes: tuple[str, ...] = ()
    seen: set[Place] = set()
    for frame, row in walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file in names:
            place, notes = folder.place(names[file], row), ()
            if isinstance(error, RecursionError) and place in seen:
                break  # where the stack ends varies
            seen.add(place)
        elif replaces(name := re.split(r"[/\\]", file)[-1]):
            notes = (f"raised in mlpgen's own `{name}`, line {row}",)
    return place, notes


def _narrowed(folder: TemplateFolder, place: Place, word: str) -> Place:
    """Narrow a place to a word, if the tags of the line contain it once."""
    edge = r"(?<!\w){}(?!\w)" if word.isidentifier() else "{}"
    wanted = re.compile(edge.format(re.escape(word)))
    found = [
        tag.start() + each.start()
        for tag in _TAG.finditer(place.text)
        for each in wanted.finditer(tag[0])
    ]
    if len(found) != 1:
        return place
    name = place.path.rpartition("/")[2]
    column = found[0] + 1
    return folder.place(name, place.span.line, column, column + len(word))

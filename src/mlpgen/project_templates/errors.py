"""What goes wrong in templates of a project, as diagnostics with their places."""

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
from mlpgen.spec.problems import cut, nearest
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


class _Fault(NamedTuple):
    """What is wrong, without its place.

    Attributes:
        code: Its code.
        message: What is wrong.
        help: What would mend it.
        word: What is to blame in the line, if that is known.
    """

    code: str
    message: str
    help: str = ""
    word: str = ""


@contextmanager
def named(folder: TemplateFolder, values: Mapping[str, Any]) -> Iterator[None]:
    """Say what is wrong with a template of a project, whatever is raised.

    Args:
        folder: The templates.
        values: What they may show.

    Raises:
        SpecError: In the place of any exception.
    """
    try:
        yield
    except SpecError:
        raise
    except Exception as error:
        place, notes = _place(folder, error)
        if place is None:  # none of the project's had a part in it
            raise
        fault = _fault(folder, error, values, place.text)
        if fault.word:
            place = _narrowed(folder, place, fault.word)
        found = Diagnostic(fault.code, fault.message, place, notes, fault.help)
        raise SpecError([found]) from None


def _fault(
    folder: TemplateFolder, error: Exception, values: Mapping[str, Any], line: str
) -> _Fault:
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
            message = "the templates include each other without an end"
            return _Fault("MG603", message)
    said = " ".join(str(error).split())
    kind = type(error).__name__
    return _Fault("MG603", f"the template raises {kind}: {cut(said, 200)}".rstrip(": "))


def _syntax(folder: TemplateFolder, error: TemplateSyntaxError) -> _Fault:
    said = str(error.message or "it cannot be read").rstrip(".")
    help = word = ""
    if found := _UNKNOWN_FILTER.match(said):
        kind, word = found.groups()
        known = environment(folder)
        help = nearest(word, known.filters if kind == "filter" else known.tests)
        said = f"there is no {kind} `{cut(word)}`"
    return _Fault("MG602", f"this is no template: {said}", help, word)


def _missing(folder: TemplateFolder, error: TemplateNotFound) -> _Fault:
    names = error.templates if isinstance(error, TemplatesNotFound) else [error.name]
    name = str(names[0]) if names else ""
    help = "" if "/" in name else meant(name, [*folder.texts, *template_names()])
    help = help or f"only what is in `{folder.path}` itself is read"
    return _Fault("MG603", f"there is no template `{cut(name)}`", help, name)


def _no_code(error: NotCodeError, line: str) -> _Fault:
    found = _PRINTED.findall(line)
    what = f"`{cut(found[0], 60)}`" if len(found) == 1 else "what is printed here"
    kind = "None" if error.value is None else f"a `{type(error.value).__name__}`"
    help = "`mlpgen templates` says what is `Code`"
    if error.value is None or isinstance(error.value, str | bytes | list | tuple):
        help += "; `| literal` writes any value as Python does"
    message = f"{what} is {cut(kind)}, not known to be code"
    return _Fault("MG604", message, help, found[0] if len(found) == 1 else "")


def _unknown(said: str, values: Mapping[str, Any]) -> _Fault:
    if found := _UNKNOWN_NAME.match(said):
        name = found[1]
        help = nearest(name, values) or "`mlpgen templates` lists what there is"
        return _Fault("MG603", f"there is no `{cut(name)}` here", help, name)
    if found := _UNKNOWN_ATTRIBUTE.match(said):
        kind, name = found[1].removesuffix(" object").rpartition(".")[2], found[2]
        known = _attributes(kind, values.values())
        message = f"a `{kind}` has no attribute `{cut(name)}`"
        return _Fault("MG603", message, nearest(name, known), name)
    return _Fault("MG603", f"the template asks for what is not there: {said}")


def _attributes(kind: str, values: Iterable[Any], depth: int = 2) -> list[str]:
    """List the attributes of the first value of a class, or of one inside of others."""
    for value in values:
        if type(value).__name__ == kind:
            return [name for name in dir(value) if not name.startswith("_")]
    inner = [
        part
        for value in values
        if depth and isinstance(value, tuple)
        for part in (value, *value)
    ]
    return _attributes(kind, inner, depth - 1) if inner else []


def _place(
    folder: TemplateFolder, error: Exception
) -> tuple[Place | None, tuple[str, ...]]:
    """Find the last line of a project's template before an error, and notes on it."""
    if isinstance(error, TemplateSyntaxError):
        # Of what is not closed, Jinja's lexer does not say the name.
        for name, text in folder.texts.items():
            if name == error.name or text == error.source:
                return folder.place(name, error.lineno), ()
    own = {folder.file(name): name for name in folder.texts}
    place: Place | None = None
    notes: tuple[str, ...] = ()
    seen: set[Place] = set()
    for frame, row in walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file in own:
            place, notes = folder.place(own[file], row), ()
            if isinstance(error, RecursionError) and place in seen:
                break  # where the stack ends is chance
            seen.add(place)
        elif replaces(name := re.split(r"[/\\]", file)[-1]):
            notes = (f"it happens in mlpgen's own `{name}`, line {row}",)
    return place, notes


def _narrowed(folder: TemplateFolder, place: Place, word: str) -> Place:
    """Point to a word, where the line has it once in what Jinja reads."""
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

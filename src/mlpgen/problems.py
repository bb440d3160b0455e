"""Mistakes of one spec, gathered while it is read; pydantic's turned into ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.component import Expects
from mlpgen.diagnostics import Diagnostic, SpecError
from mlpgen.source import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel, ValidationError

    from mlpgen.source import Document, Path

_RANGES = (
    "greater_than",
    "greater_than_equal",
    "less_than",
    "less_than_equal",
    "literal_error",
    "too_short",
    "too_long",
    "finite_number",
)


class Problems:
    """Gathers the mistakes and warnings of one document."""

    def __init__(
        self, document: Document, found: list[Diagnostic] | None = None
    ) -> None:
        """Gather the mistakes of a document, together with those of others."""
        self.document = document
        self.included = found is not None
        self.found: list[Diagnostic] = [] if found is None else found

    def add(
        self,
        code: str,
        message: str,
        path: Path = (),
        *,
        key: bool = False,
        notes: Iterable[str] = (),
        help: str = "",
        warning: bool = False,
    ) -> None:
        """Note a mistake at the value of `path`, or at its key."""
        find = self.document.key_place if key else self.document.place
        place = find(path)
        self.found.append(Diagnostic(code, message, place, tuple(notes), help, warning))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is odd but can be rendered."""
        return tuple(each for each in self.found if each.warning)

    @property
    def failed(self) -> bool:
        """Whether there is a mistake, so that nothing can be rendered."""
        return any(not each.warning for each in self.found)

    def check(self) -> None:
        """Stop if there are mistakes.

        Raises:
            SpecError: With all mistakes and warnings found so far.
        """
        if self.failed:
            raise SpecError(self.found)

    def add_entry(self, code: str, message: str, path: Path, **more: Any) -> None:
        """Note a mistake of a whole layer: at its name, or at its type without one."""
        entry: Any = self.document.data
        for step in path:
            entry = entry[step]
        if not isinstance(entry, dict) or not entry:
            self.add(code, message, path, **more)
        elif isinstance(entry.get("name"), str):
            self.add(code, message, (*path, "name"), **more)
        else:
            self.add(code, message, (*path, next(iter(entry))), key=True, **more)

    def line(self, path: Path) -> int:
        """Return the line of a value, for notes."""
        place = self.document.place(path)
        return place.span.line

    def where(self, path: Path) -> str:
        """Name the line of a value, and its file if that is not the spec."""
        line = f"line {self.line(path)}"
        return f"{line} of {self.document.name}" if self.included else line

    def add_invalid(
        self,
        error: ValidationError,
        model: type[BaseModel],
        subject: str,
        path: Path,
        given: Mapping[str, Any],
        shorthand: str | None = None,
    ) -> None:
        """Note what pydantic found, one mistake a field.

        Args:
            error: What pydantic raised.
            model: The class that was validated.
            subject: What it is for people: `Linear`, or an empty text for the spec.
            path: Where its fields stand in the document.
            given: The fields as the document has them.
            shorthand: The field that `path` itself holds, for `Linear: 10`.
        """
        seen: set[str] = set()
        errors = error.errors(include_url=False, include_context=False)
        unknown = [e["loc"][0] for e in errors if e["type"] == "extra_forbidden"]
        meant = " ".join(nearest(str(each), model.model_fields) for each in unknown)
        for each in errors:
            field = str(each["loc"][0]) if each["loc"] else ""
            misspelt = each["type"] == "missing" and f"`{field}`" in meant
            if field in seen or misspelt:
                continue
            seen.add(field)
            same = [one for one in errors if one["loc"][:1] == each["loc"][:1]]
            at = path if field == shorthand else (*path, field)
            if each["type"] == "extra_forbidden":
                self._add_unknown(field, model, subject, at)
            elif each["type"] == "missing":
                of = _subject(subject)
                self.add("MG202", f"{of} needs `{field}`", at[:-1], key=True)
            else:
                found = [(_inner(given[field], one["loc"][1:]), one) for one in same]
                (inner, value), deepest = max(found, key=lambda each: len(each[0][0]))
                self._add_wrong(deepest["type"], field, model, (*at, *inner), value)

    def _add_unknown(
        self, field: str, model: type[BaseModel], subject: str, at: Path
    ) -> None:
        of = _subject(subject)
        word = "argument" if subject[:1].isupper() else "key"
        names = list(model.model_fields)
        help = nearest(field, names) or f"it takes {listed(names)}"
        message = f"{of} has no {word} `{cut(field)}`"
        self.add("MG201", message, at, key=True, help=help)

    def _add_wrong(
        self, kind: str, field: str, model: type[BaseModel], at: Path, value: Any
    ) -> None:
        code = "MG204" if kind in _RANGES else "MG203"
        message = f"`{field}` must be {expected(model, field)}, not {shown(value)}"
        help = self.meant(value)
        if isinstance(value, str) and kind == "literal_error":
            help = nearest(value, choices(model, field))
        self.add(code, message, at, help=help)

    def meant(self, value: Any) -> str:
        """Say what a text was meant to be, where another kind of value is wanted."""
        if not isinstance(value, str):
            return ""
        name = value.strip("${} ")
        parameters = self.document.data.get("parameters")
        if isinstance(parameters, dict) and name in parameters:
            return f'write `"${{{name}}}"` for the parameter'
        try:
            number = isinstance(scalar(value), int | float)
        except ValueError:
            number = False
        return "remove the quotes" if number else ""

    def once(self) -> None:
        """Forget mistakes that are found again in another use of the same lines."""
        seen: dict[object, Diagnostic] = {}
        for each in self.found:
            seen.setdefault((each.code, each.place, each.warning), each)
        self.found[:] = seen.values()

    def drop(self, code: str) -> None:
        """Forget mistakes that only follow from others."""
        self.found[:] = [each for each in self.found if each.code != code]


def _subject(subject: str) -> str:
    """Name what has fields: the spec, `Linear`, the block `Basic`."""
    kind, _, name = subject.rpartition(" ")
    if not subject:
        return "the spec"
    return f"the {kind} `{name}`" if kind else f"`{name}`"


def _inner(value: Any, location: tuple[int | str, ...]) -> tuple[Path, Any]:
    """Follow pydantic into a mapping or a list, past its names for alternatives."""
    path: Path = ()
    for step in location:
        if isinstance(value, list):
            found = isinstance(step, int) and step < len(value)
        else:
            found = isinstance(value, dict) and step in value
        if found:
            value, path = value[step], (*path, step)
    return path, value


def expected(model: type[BaseModel], field: str) -> str:
    """Say what a field takes: "a whole number of at least 1"."""
    info = model.model_fields[field]
    for each in info.metadata:
        if isinstance(each, Expects):
            return each.text
    options = choices(model, field)
    if options:
        return "one of " + ", ".join(f"`{option}`" for option in options)
    plain = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "a text",
    }
    return plain.get(info.annotation, "of another kind")  # type: ignore[arg-type]


def choices(model: type[BaseModel], field: str) -> list[str]:
    """List the texts that a field may be."""
    from typing import Literal, get_args, get_origin

    found: list[str] = []
    open_ = [model.model_fields[field].annotation]
    while open_:
        annotation = open_.pop(0)
        if get_origin(annotation) is Literal:
            found += [str(each) for each in get_args(annotation)]
        else:
            open_ += [
                each for each in get_args(annotation) if not isinstance(each, Expects)
            ]
    return found


def nearest(word: str, options: Iterable[str]) -> str:
    """Suggest the option that `word` was meant to be; empty if none is near."""
    from difflib import get_close_matches

    lower: dict[str, str] = {}
    for option in options:  # `relu` and `ReLU`: the one in the same letters
        if option.lower() not in lower or option.islower() == word.islower():
            lower[option.lower()] = option
    longer = [name for low, name in lower.items() if low[:-2] == word.lower()]
    if len(longer) > 1:  # `MaxPool` for `MaxPool2d`
        return f"did you mean {' or '.join(f'`{name}`' for name in longer)}?"
    near = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"did you mean `{lower[near[0]]}`?" if near else ""


def listed(names: Iterable[str]) -> str:
    """Write names in a row: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) < 2:
        return "".join(quoted) or "nothing"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def shown(value: object) -> str:
    """Write a value of a spec for people, in the words of YAML."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "`true`" if value else "`false`"
        case int() | float():
            return f"`{value}`"
        case str():
            return f"the text `{cut(value)}`"
        case list():
            items = ", ".join(_plain(each) for each in value[:6])
            return f"the list `[{items}{', …' if len(value) > 6 else ''}]`"
        case _:
            return "a mapping"


def _plain(value: object) -> str:
    if isinstance(value, (list, dict)):
        return "…"
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return cut(str(value), 20)


def cut(text: str, most: int = 40) -> str:
    """Shorten a text of the user's for a message."""
    return text if len(text) <= most else text[: most - 1] + "…"

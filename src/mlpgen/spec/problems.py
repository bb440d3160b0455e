"""Mistakes and warnings of one spec, including those that pydantic finds."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from mlpgen.catalogue.component import Component
from mlpgen.catalogue.fields import (
    alternatives,
    choices,
    deepest,
    expected,
    fields_of,
    keys_below,
    takes,
)
from mlpgen.diagnostics.advice import Advice, Replaced
from mlpgen.diagnostics.diagnostic import Diagnostic, Label, SpecError
from mlpgen.source import scalar
from mlpgen.spec.corrections import correction, empty_above
from mlpgen.spec.diagnostics_mark import Mark
from mlpgen.spec.fixes import fix_of
from mlpgen.spec.misspelled_definition import about_definition
from mlpgen.spec.wording import cut, listed, named, nearest, shown
from mlpgen.symbols.evaluation import evaluate
from mlpgen.symbols.expressions import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pydantic import BaseModel, ValidationError

    from mlpgen.diagnostics.codes import Codes
    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.diagnostics.ignored import Ignored
    from mlpgen.source import Document, Path
    from mlpgen.symbols.type_names import ParameterValue

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
    """Collects the mistakes and warnings of one document."""

    def __init__(
        self,
        document: Document,
        includer: Problems | None = None,
        codes: Callable[[], Codes] | None = None,
    ) -> None:
        """Collect the mistakes of a document, with those of the including one."""
        self.document = document
        self.codes: Callable[[], Codes] | None = includer.codes if includer else codes
        self.ignored: list[Ignored] = includer.ignored if includer else []
        self.included = includer is not None
        self._found: list[Diagnostic] = includer._found if includer else []

    def add(
        self,
        code: str,
        message: str,
        path: Path = (),
        *,
        key: bool = False,
        notes: Iterable[str] = (),
        help: str = "",
        labels: Iterable[Label] = (),
        warning: bool = False,
    ) -> None:
        """Add a mistake at the value of `path`, or at its key.

        Help that knows its change gives the mistake a fix.
        """
        find = self.document.key_place if key else self.document.place
        help = about_definition(self.document, help)
        fix = fix_of(self.document, path, help, key=key)
        found = Diagnostic(
            code,
            message,
            find(path),
            (*notes,),
            str(help),
            warning,
            labels=(*labels,),
            fix=fix,
        )
        self._found.append(found)

    def label(self, message: str, path: Path, *, key: bool = False) -> Label:
        """Return a second place of a mistake, with what it has to do with it."""
        find = self.document.key_place if key else self.document.place
        return Label(find(path), message)

    def add_at(
        self,
        code: str,
        message: str,
        place: Place,
        *,
        notes: tuple[str, ...] = (),
        help: str = "",
        labels: tuple[Label, ...] = (),
    ) -> None:
        """Add a mistake at a place."""
        found = Diagnostic(code, message, place, notes, str(help), labels=labels)
        self._found.append(found)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add diagnostics that already exist."""
        self._found += diagnostics

    def mark(self) -> Mark:
        """Mark this point, to look at the diagnostics added after it."""
        return Mark(self._found)

    @contextmanager
    def trial(self) -> Iterator[Mark]:
        """Remove the diagnostics added inside at the end, unless they are kept."""
        mark = self.mark()
        yield mark
        mark.end()

    @property
    def count(self) -> int:
        """How many diagnostics there are."""
        return len(self._found)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The warnings; a spec with warnings can still be rendered."""
        return tuple(each for each in self._found if each.warning)

    @property
    def failed(self) -> bool:
        """Whether there are mistakes, so that the spec cannot be rendered."""
        return any(not each.warning for each in self._found)

    def error(self) -> SpecError:
        """Return an exception with all mistakes and warnings found so far."""
        return SpecError(self._found)

    def check(self) -> None:
        """Raise an error if there are mistakes.

        Raises:
            SpecError: With all mistakes and warnings found so far.
        """
        if self.failed:
            raise self.error()

    def add_entry(
        self, code: str, message: str, path: Path, key: str = "", **more: Any
    ) -> None:
        """Add a mistake about a whole layer: at a key of it, its name, or its type."""
        at, is_key = self._narrowest(path, key)
        self.add(code, message, at, key=is_key, **more)

    def entry_label(self, message: str, path: Path) -> Label:
        """Return a whole layer as a second place, at its name or its type."""
        return Label(self.entry_place(path), message)

    def entry_place(self, path: Path) -> Place:
        """Return the place of a whole layer: of its name, or of its type."""
        at, is_key = self._narrowest(path)
        return self.document.key_place(at) if is_key else self.document.place(at)

    def _narrowest(self, path: Path, key: str = "") -> tuple[Path, bool]:
        """Return where a whole layer is shown, and whether that is a key."""
        entry = self.document.value(path)
        if not isinstance(entry, dict) or not entry:
            return path, False
        if key in entry:
            return (*path, key), False
        if isinstance(entry.get("name"), str):
            return (*path, "name"), False
        return (*path, next(iter(entry))), True

    def add_invalid(
        self,
        error: ValidationError,
        model: type[BaseModel],
        subject: str,
        path: Path,
        given: Mapping[str, Any],
        shorthand: str | None = None,
        *,
        written: Mapping[str, Any] | None = None,
    ) -> None:
        """Add what pydantic found, one mistake per field.

        Args:
            error: The error that pydantic raised.
            model: The class that was validated.
            subject: Its name in messages: `Linear`, or empty for the spec.
            path: The path of its fields in the document.
            given: The values of the fields.
            shorthand: The field that `path` itself holds, as in `Linear: 10`.
            written: The fields as written, if they may be expressions.
        """
        found: dict[str, list[Any]] = {}
        for each in error.errors(include_url=False, include_context=False):
            found.setdefault(str(each["loc"][0]), []).append(each)
        kinds = {field: same[0]["type"] for field, same in found.items()}
        texts = [each for each in map(given.get, found) if isinstance(each, str)]
        if any(text.startswith("(") for text in texts):
            found = {name: each for name, each in found.items() if name[-1:] != ")"}
        unknown = [name for name in found if kinds[name] == "extra_forbidden"]
        meant = {name: nearest(name, fields_of(model)) for name in unknown}
        empty = empty_above(given, fields_of(model)) if unknown else {}
        lacks = [name for name in found if kinds[name] == "missing"]
        all_meant = " ".join(meant.values())
        missing = [name for name in lacks if f"`{name}`" not in all_meant]
        if missing:
            message = f"{named(subject)} needs {listed(missing)}"
            example = getattr(model, "example", "") if _is_component(model) else ""
            help = f"such as `{example}`" if example else ""
            self.add("MG202", message, path, key=True, help=help)
        for field, same in found.items():
            at = path if field == shorthand else (*path, field)
            if kinds[field] == "extra_forbidden":
                outer = empty.get(field, "")
                self._add_unknown(field, model, subject, at, outer, meant[field])
            elif kinds[field] != "missing":
                inner, value, kind = deepest(given[field], same)
                help = self.help_for(value, symbolic=written is not None)
                if isinstance(value, str) and kind == "literal_error":
                    help = nearest(value, choices(model, field))
                plain = (written or given)[field] == value
                if plain and not inner and not help:
                    fields = ({**given, field: each} for each in alternatives(value))
                    right = [each for each in fields if takes(model, each, field)]
                    help = correction(field, right[0][field]) if right else ""
                elif not plain and isinstance(value, float) and kind == "int_type":
                    help = "use `//` to divide whole numbers"
                code = "MG204" if kind in _RANGES else "MG203"
                found_is = "but it contains" if inner else "not"
                message = f"`{field}` must be {expected(model, field)}, {found_is} "
                self.add(code, message + shown(value), (*at, *inner), help=help)

    def _add_unknown(
        self,
        field: str,
        model: type[BaseModel],
        subject: str,
        at: Path,
        empty: str,
        meant: str,
    ) -> None:
        of = named(subject)
        word = "argument" if _is_component(model) else "key"
        names = fields_of(model)
        inner = [name for name in names if field in keys_below(model, name)]
        help = "" if inner else meant
        outer = inner[0] if inner else empty
        if outer and not help:
            help = f"indent it below `{cut(outer)}:`"
        help = help or f"it takes {listed(names)}"
        message = f"{of} has no {word} `{cut(field)}`"
        self.add("MG201", message, at, key=True, help=help)

    def help_for(self, value: Any, *, symbolic: bool = True) -> str:
        """Guess what a string was meant to be where another type is expected.

        Args:
            value: The value.
            symbolic: Whether an expression is allowed here.

        Returns:
            Help for the mistake; empty if there is no guess.
        """
        if not isinstance(value, str):
            return ""
        if value.startswith("("):
            items = [_read(each) for each in value[1:].rstrip(") ").split(",")]
            whole = value.endswith(")") and all(isinstance(n, int) for n in items)
            change = Replaced(items) if whole else None
            return Advice("write a list in brackets: `[3, 3]`", change)
        name = value.strip("${} ")
        parameters = self._parameters()
        if not symbolic and ("${" in value or name in parameters):
            return "only `layers` can use parameters; write the value itself"
        with suppress(ExpressionError):
            if evaluate(f"${{{name}}}", parameters).names:
                what = " for the parameter" if name in parameters else ""
                text = f'write `"${{{cut(name)}}}"`{what}'
                certain = name in parameters and "$" not in value
                return Advice(text, Replaced(f"${{{name}}}") if certain else None)
        number = _read(value)
        if isinstance(number, int | float):
            return Advice("remove the quotes", Replaced(number))
        return ""

    def _parameters(self) -> dict[str, ParameterValue]:
        """Return the parameters of the document and of its blocks."""
        blocks = self.document.data.get("blocks")
        holders = [*blocks.values()] if isinstance(blocks, dict) else []
        found: dict[str, ParameterValue] = {}
        for each in (*holders, self.document.data):
            raw = each.get("parameters") if isinstance(each, dict) else None
            if isinstance(raw, dict):
                found |= {k: v for k, v in raw.items() if isinstance(v, (int, float))}
        return found

    def drop_duplicates(self) -> None:
        """Remove mistakes that several uses of the same lines repeat."""
        seen: dict[object, Diagnostic] = {}
        for each in self._found:
            seen.setdefault((each.code, each.place, each.warning), each)
        self._found[:] = seen.values()

    def promote(self, code: str) -> bool:
        """Turn the warnings with a code into mistakes, since they explain another.

        Returns:
            Whether there are any.
        """
        warned = [each.code == code and each.warning for each in self._found]
        self._found[:] = [
            each._replace(warning=each.warning and not explains)
            for each, explains in zip(self._found, warned, strict=True)
        ]
        return any(each.code == code for each in self._found)

    def drop(self, *codes: str) -> None:
        """Remove mistakes that only follow from others, by their codes."""
        self._found[:] = [each for each in self._found if each.code not in codes]


def _read(text: str) -> Any:
    """Read a plain scalar; a number that is too large stays a text."""
    try:
        return scalar(text.strip())
    except ValueError:
        return text


def _is_component(model: type[BaseModel]) -> bool:
    """Tell whether fields are arguments, as those of a layer, and no keys."""
    return issubclass(model, Component)

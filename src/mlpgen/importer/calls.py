"""A call of the author, with its arguments by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.recording import Batch, Ref, State, Step, Structure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlpgen.importer.body import Source
    from mlpgen.importer.layout import Layout
    from mlpgen.importer.recording import Place


class UnsaidError(Exception):
    """No spec can say a call.

    Attributes:
        message: What, in a sentence.
        place: Where the author's code does it.
        path: The module that does it.
        inside: The author's class around it that a spec can keep; may be empty.
    """

    def __init__(self, message: str, place: Place, path: str = "") -> None:
        self.message = message
        self.place = place
        self.path = path
        self.inside = ""
        super().__init__(message)


class Value(NamedTuple):
    """A tensor of the author, and where the spec has it.

    Attributes:
        source: The entry that gives it.
        layout: Its dimensions.
        dtype: torch's name.
        alone: Whether it has no batch in the spec though the author's has: it is the
            same for each example.
    """

    source: Source
    layout: Layout
    dtype: str
    alone: bool = False


class Call(NamedTuple):
    """A call of a function.

    Attributes:
        step: The call as recorded.
        name: The function in a spec, or what it is called here.
        value: Returns the value of a tensor.
        emit: Adds an entry: type, arguments, sources; returns where its result is.
        kept: Whether the author's line keeps several batches in a dimension elsewhere.
        made: Whether it puts several batches there.
        whole: Whether a reshape elsewhere at the author's line needs the whole shape.
    """

    step: Step
    name: str
    value: Callable[[Any], Value]
    emit: Callable[[str, dict[str, Any], list[Value]], Source]
    kept: bool = False
    made: bool = False
    whole: bool = False

    def refuse(self, why: str) -> UnsaidError:
        """Return the error for a call that no spec can say."""
        name = self.step.function.removeprefix("torch.")
        return UnsaidError(f"`{name}`: {why}", self.step.place)


_REQUIRED = object()


def bound(signature: str, step: Step) -> dict[str, Any]:
    """Name the arguments of a call.

    Args:
        signature: The names in order, each with `=default` or without; `*name` takes
            the rest of the positions, or one list.
        step: The call.
    """
    found: dict[str, Any] = {}
    args = [*step.args]
    for text in signature.split():
        name, equals, default = text.partition("=")
        if name.startswith("*"):
            name = name[1:]
            rest = (
                args[0] if len(args) == 1 and type(args[0]) in (list, tuple) else args
            )
            found[name] = rest or step.kwargs.get(name)
            args = []
        elif args:
            found[name] = args.pop(0)
        elif name in step.kwargs:
            found[name] = step.kwargs[name]
        elif equals:
            found[name] = _DEFAULTS.get(default, default)
        else:
            found[name] = None
    found.update({key: value for key, value in step.kwargs.items() if key not in found})
    return found


_DEFAULTS: dict[str, Any] = {
    "None": None,
    "False": False,
    "True": True,
    "0": 0,
    "1": 1,
    "-1": -1,
    "2": 2,
    "0.5": 0.5,
    "": None,
}


def whole(value: Any) -> int | None:
    """Return a whole number that does not depend on the batch."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def listed(value: Any) -> list[Any]:
    """Return one or several as a list."""
    return [*value] if type(value) in (list, tuple) else [value]


def fields_of(value: Any) -> list[Any]:
    """Return what a result has, in order."""
    if isinstance(value, Structure):
        return [*value.fields.values()]
    return listed(value)


def tensors_returned(
    value: Any, has: Callable[[Any], bool]
) -> tuple[list[Any], tuple[str, ...]]:
    """Return the tensors that a class returns, and the names of the fields.

    Args:
        value: What it returns.
        has: Tells whether a tensor is there; what is not is not needed.
    """
    found: list[Any] = []
    names: list[str] = []
    items = (
        [*value.fields.items()]
        if isinstance(value, Structure)
        else [("", each) for each in fields_of(value)]
    )
    for name, each in items:
        if isinstance(each, Ref | State):
            if has(each):
                found.append(each)
                names.append(name if name.isidentifier() else "")
        elif isinstance(each, Structure) or type(each) in (tuple, list):
            inner, inner_names = tensors_returned(each, has)
            found += inner
            names += inner_names
    return found, (*names,)


def is_number(value: Any) -> bool:
    """Return whether an argument is a number that does not depend on the batch."""
    return isinstance(value, int | float) and not isinstance(value, Batch)


def call_value(call: Call, ref: Any) -> Value:
    """Return the value of a tensor; refuse anything else."""
    if not isinstance(ref, Ref | State):
        raise call.refuse("a tensor is missing")
    return call.value(ref)


if TYPE_CHECKING:
    Handler = Callable[[Call], Iterable[Value]]
    """Adds the entries of a call, and gives the values of what it returns."""

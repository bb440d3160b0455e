"""Layers whose class stays the author's: `custom` in a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.calls import UnsaidError, fields_of
from mlpgen.importer.recording import Ref, State, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.importer.calls import Value
    from mlpgen.importer.recording import Module, Step

CUSTOM = "custom"
ARGUMENT = "arguments."
"""How an argument of the class begins, until the spec is written."""
COUNT = "parameters"
WORK = "multiply_adds"


def custom_of(step: Step, module: Module) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Return what a spec says of the call of a class that stays, and what it takes.

    The parameters are the shapes of all, which `custom_arguments` counts.

    Raises:
        UnsaidError: It is made or called in a way that no spec can say.
    """

    def refuse(why: str) -> UnsaidError:
        return UnsaidError(f"`{module.type}` cannot be `custom`: {why}", step.place)

    for name, value in module.arguments.items():
        if _unknown(value):
            raise refuse(f"it is made with `{name}`, which is no number or text")
    takes = [*step.args]
    while takes and not isinstance(takes[-1], Ref | State):
        if takes.pop() is not None:
            raise refuse("it is called with more than tensors")
    if step.kwargs or not takes or not all(isinstance(e, Ref | State) for e in takes):
        raise refuse("it is called with more than tensors")
    returned = fields_of(step.returned)
    if len(returned) != 1 or not isinstance(returned[0], Ref):
        raise refuse("it returns more than a tensor")
    said: dict[str, Any] = {"path": module.file, "class": module.type}
    said |= {f"{ARGUMENT}{name}": value for name, value in module.arguments.items()}
    if step.outputs:
        (out,) = step.outputs
        if out.batch < 0:
            raise refuse("its result has no batch")
        said["output"] = [n for at, n in enumerate(out.shape) if at != out.batch]
        said["dtype"] = out.dtype
    shapes = [[*each.shape] for each in module.members if not each.tied]
    said |= {COUNT: shapes} if shapes else {}
    said |= {WORK: module.multiply_adds} if module.multiply_adds else {}
    return said, (*takes,)


def class_to_keep(modules: Mapping[str, Module], path: str) -> str:
    """Return the innermost class around a path that a spec can keep; may be empty."""
    while path:
        module = modules[path]
        plain = not any(map(_unknown, module.arguments.values()))
        if module.file and plain and not module.kept:
            return module.type
        path = path.rpartition(".")[0]
    return ""


def _unknown(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_unknown, value))
    return isinstance(value, Unknown)


def without_same(arguments: dict[str, Any], value: Value) -> dict[str, Any]:
    """Leave out what the result has in common with the first input."""
    same = {"output": [*value.layout.shape], "dtype": value.dtype}
    return {k: v for k, v in arguments.items() if k not in same or v != same[k]}


def custom_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `custom` as a spec has them."""
    found: dict[str, Any] = {}
    for key, value in arguments.items():
        if key.startswith(ARGUMENT):
            own = found.setdefault("arguments", {})
            own[key.removeprefix(ARGUMENT)] = value
        elif key in (COUNT, WORK):
            found[key] = _count(value)
        else:
            found[key] = value
    return found


def _count(shapes: list[list[Any]]) -> Any:
    """Return how many numbers there are; sizes may be expressions."""
    total = 0
    terms: dict[str, int] = {}
    for shape in shapes:
        times, names = 1, []
        for size in shape:
            if isinstance(size, int):
                times *= size
            else:
                inner = size.removeprefix("${").removesuffix("}")
                names.append(inner if inner.isidentifier() else f"({inner})")
        if names:
            key = " * ".join(sorted(names))
            terms[key] = terms.get(key, 0) + times
        else:
            total += times
    if not terms:
        return total
    words = [
        name if times == 1 else f"{times} * {name}" for name, times in terms.items()
    ]
    return f"${{{' + '.join([*words, *([str(total)] if total else [])])}}}"

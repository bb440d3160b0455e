"""`custom`: a module that the author wrote. Its file is never read or run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlpgen.catalogue.component import Expects
from mlpgen.graph.arguments import evaluated
from mlpgen.graph.context import container
from mlpgen.graph.nodes import Maker
from mlpgen.names.identifiers import wrong_argument, wrong_import
from mlpgen.names.modules import wrong_module
from mlpgen.spec.wording import cut, shown
from mlpgen.symbols.expressions import Expression, is_whole

if TYPE_CHECKING:
    from mlpgen.graph.context import Context, TakenNames
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry


Count = Annotated[
    Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^\$\{.*\}$")],
    Expects("a whole number of at least 0 or an expression"),
]


class Custom(BaseModel):
    """The arguments of a custom module."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, defer_build=True
    )

    path: Annotated[str, Field(description="The Python file, such as `my_layers.py`.")]
    class_: Annotated[str, Field(alias="class", description="The class in that file.")]
    arguments: Annotated[
        dict[str, Any],
        Field(description="The arguments of the class, by name."),
        Expects("a mapping of names to values"),
    ] = {}
    output: Annotated[
        Literal["same"] | list[Any] | str,
        Field(description="The output shape without the batch dimension, or `same`."),
        Expects("`same`, a list of sizes or an expression"),
    ] = "same"
    dtype: Annotated[
        Literal["float32", "int64", "bool"] | None,
        Field(description="The dtype of the output, if not that of the first input."),
        Expects("float32, int64 or bool"),
    ] = None
    parameters: Annotated[Count, Field(description="The number of its parameters.")] = 0
    multiply_adds: Annotated[
        Count, Field(description="Its multiply-adds for one example.")
    ] = 0


def resolve_custom(
    entry: Entry, wires: tuple[Wire, ...], context: Context, taken: TakenNames
) -> Node | None:
    """Resolve a custom module; None after a mistake.

    Args:
        entry: The entry.
        wires: Its inputs.
        context: The context of the entry.
        taken: Names that it must not take.
    """
    problems = context.problems
    mark = problems.mark()
    try:
        custom = Custom.model_validate(entry.arguments)
    except ValidationError as error:
        problems.add_invalid(error, Custom, "custom", entry.type_path, entry.arguments)
        return None
    _check_names(custom, entry, context, taken)
    arguments = {
        name: _value(each, (*entry.argument_path("arguments"), name), context)
        for name, each in custom.arguments.items()
    }
    if not wires:
        problems.add("MG314", "`custom` takes at least 1 input", entry.type_path)
    values = [wire.value for wire in wires if wire.value is not None]
    if mark.failed or len(values) < len(wires):
        return None
    shape = _shape(custom, values[0].shape, entry, context)
    parameters, multiply_adds = (
        _count(custom, name, entry, context) for name in ("parameters", "multiply_adds")
    )
    if shape is None or parameters is None or multiply_adds is None:
        return None
    value = values[0]._replace(shape=shape, dtype=custom.dtype or values[0].dtype)
    node = container(entry, wires, (), value)
    return node._replace(
        maker=Maker(
            custom.class_, "", arguments, frozenset(), module=_module(custom.path)
        ),
        parameters=parameters,
        multiply_adds=multiply_adds,
    )


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _check_names(
    custom: Custom, entry: Entry, context: Context, taken: TakenNames
) -> None:
    problems = context.problems
    reason = wrong_module(custom.path, taken.stem)
    if reason:
        message = f"`{cut(custom.path)}` cannot be the module: {reason}"
        help = "such as `my_layers.py` or `layers/attention.py`"
        problems.add("MG231", message, entry.argument_path("path"), help=help)
    reason = wrong_import(custom.class_)
    if custom.class_ in context.scope.parameters:
        reason = "a parameter has this name"
    elif custom.class_ in context.scope.values:
        reason = "a value has this name"
    elif not reason and custom.class_ in taken.classes:
        origin = taken.classes[custom.class_]
        of = f"`{cut(origin)}`" if origin else "this spec"
        other = origin != custom.path
        reason = f"{of} has another class with this name" if other else ""
    if reason:
        message = f"`{cut(custom.class_)}` cannot be the class: {reason}"
        problems.add("MG231", message, entry.argument_path("class"))
    taken.classes.setdefault(custom.class_, custom.path)
    for name in custom.arguments:
        if reason := wrong_argument(name):
            message = f"`{cut(name)}` cannot be an argument: {reason}"
            at = (*entry.argument_path("arguments"), name)
            problems.add("MG231", message, at, key=True)


def _value(raw: Any, path: Path, context: Context) -> Any:
    """Read an argument: a plain value, an expression, or a list of these."""
    if _holds_mapping(raw):
        message = f"an argument must be a value or a list of values, not {shown(raw)}"
        context.problems.add("MG203", message, path)
        return None
    value = evaluated(raw, path, context.scope, context.problems, lists=True)
    return _tuple(value)


def _holds_mapping(raw: Any) -> bool:
    if isinstance(raw, list):
        return any(map(_holds_mapping, raw))
    return isinstance(raw, dict)


def _tuple(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuple(each) for each in value)
    if isinstance(value, Expression) and isinstance(value.value, int):
        return value if isinstance(value.value, bool) else value.value
    return value


def _count(custom: Custom, name: str, entry: Entry, context: Context) -> int | None:
    """Return a number of parameters or multiply-adds; None after a mistake."""
    path = entry.argument_path(name)
    mark = context.problems.mark()
    value = _value(getattr(custom, name), path, context)
    if mark.failed:
        return None
    if is_whole(value) and value >= 0:
        return int(value)
    message = f"`{name}` must be a whole number of at least 0, not {shown(value)}"
    context.problems.add("MG231", message, path)
    return None


def _shape(
    custom: Custom, arriving: Shape, entry: Entry, context: Context
) -> Shape | None:
    if custom.output == "same":
        return arriving
    raw = custom.output
    path = entry.argument_path("output")
    mark = context.problems.mark()
    value = _value(raw if isinstance(raw, list) else [raw], path, context)
    if mark.failed:
        return None
    shape = tuple(value)
    right = all(is_whole(s) and s > 0 for s in shape)
    if not right or not shape:
        message = f"`output` must be `same` or a list of sizes, not {shown(raw)}"
        context.problems.add("MG231", message, path)
        return None
    return shape

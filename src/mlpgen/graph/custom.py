"""`custom`: a module that the author wrote; nothing of it is read or run here."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlpgen.component import Expects, NonNegative
from mlpgen.expressions import Expression
from mlpgen.graph.arguments import evaluated
from mlpgen.graph.inside import container
from mlpgen.graph.nodes import Maker
from mlpgen.names import wrong_class_name
from mlpgen.problems import cut, shown

if TYPE_CHECKING:
    from mlpgen.graph.inside import Inside
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.items import Item
    from mlpgen.layers.base import Shape
    from mlpgen.problems import Problems
    from mlpgen.source import Path


class Custom(BaseModel):
    """What an entry says of a module of the author's own."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, defer_build=True
    )

    path: Annotated[str, Field(description="The Python file, `my_layers.py`.")]
    class_: Annotated[str, Field(alias="class", description="The class in it.")]
    arguments: Annotated[
        dict[str, Any],
        Field(description="What it is made with, by name."),
        Expects("a mapping of names to values"),
    ] = {}
    output: Annotated[
        Literal["same"] | list[Any] | str,
        Field(description="The shape that leaves it, without the batch; or `same`."),
        Expects("`same`, a list of sizes or an expression"),
    ] = "same"
    parameters: Annotated[
        NonNegative, Field(description="How many values it learns.")
    ] = 0
    multiply_adds: Annotated[
        NonNegative, Field(description="Its multiply-adds for one example.")
    ] = 0


def resolve_custom(
    item: Item, wires: tuple[Wire, ...], inside: Inside, classes: dict[str, str]
) -> Node | None:
    """Resolve a module of the author's own; None after a mistake.

    Args:
        item: The entry.
        wires: What it takes.
        inside: Where it stands.
        classes: The names that the generated file has, and where they come from.
    """
    problems = inside.problems
    before = len(problems.found)
    try:
        custom = Custom.model_validate(item.arguments)
    except ValidationError as error:
        problems.add_invalid(error, Custom, "custom", item.type_path, item.arguments)
        return None
    _check_names(custom, item, problems)
    if classes.setdefault(custom.class_, custom.path) != custom.path:
        message = f"there is another `{cut(custom.class_)}` in the generated file"
        help = "give one of them another name"
        problems.add("MG231", message, item.argument_path("class"), help=help)
    arguments = {
        name: _value(each, (*item.argument_path("arguments"), name), inside)
        for name, each in custom.arguments.items()
    }
    if not wires:
        problems.add("MG314", "`custom` takes at least 1 input", item.type_path)
    values = [wire.value for wire in wires if wire.value is not None]
    if len(problems.found) > before or len(values) < len(wires):
        return None
    shape = _shape(custom, values[0].shape, item, inside)
    if shape is None:
        return None
    node = container(item, wires, (), values[0]._replace(shape=shape))
    return node._replace(
        maker=Maker(
            custom.class_, "", arguments, frozenset(), module=_module(custom.path)
        ),
        parameters=custom.parameters,
        multiply_adds=custom.multiply_adds,
    )


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _check_names(custom: Custom, item: Item, problems: Problems) -> None:
    parts = custom.path.removesuffix(".py").split("/")
    names = all(re.fullmatch(r"[A-Za-z_]\w*", p, re.ASCII) for p in parts)
    if (
        not custom.path.endswith(".py")
        or not names
        or any(map(keyword.iskeyword, parts))
    ):
        message = f"`{cut(custom.path)}` is no Python file that could be imported"
        help = "such as `my_layers.py` or `layers/attention.py`"
        problems.add("MG231", message, item.argument_path("path"), help=help)
    elif parts[0] in ("torch", "collections", "typing", "contextlib"):
        message = f"`{parts[0]}` is a module that the generated code uses itself"
        problems.add("MG231", message, item.argument_path("path"))
    plain = re.fullmatch(r"[A-Za-z_]\w*", custom.class_, re.ASCII)
    reason = "" if plain and len(custom.class_) <= 60 else "a class is an identifier"
    if not reason and keyword.iskeyword(custom.class_):
        reason = "it is a keyword of Python"
    if not reason and custom.class_[0].isupper():
        meaning = wrong_class_name(custom.class_)
        reason = meaning if "meaning" in meaning else ""
    if reason:
        message = f"the text `{cut(custom.class_)}` cannot be the class: {reason}"
        problems.add("MG231", message, item.argument_path("class"))
    for name in custom.arguments:
        plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)
        if not plain or keyword.iskeyword(name) or len(name) > 60:
            message = f"the text `{cut(name)}` cannot be an argument"
            at = (*item.argument_path("arguments"), name)
            problems.add("MG231", message, at, key=True)


def _value(raw: Any, path: Path, inside: Inside) -> Any:
    """Read an argument: a plain value, a list of them, or an expression."""
    if isinstance(raw, dict):
        message = f"an argument is a value or a list, not {shown(raw)}"
        inside.problems.add("MG203", message, path)
        return None
    value = evaluated(raw, path, inside.scope, inside.problems)
    return _tuple(value)


def _tuple(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuple(each) for each in value)
    if isinstance(value, Expression) and isinstance(value.value, int):
        return value if isinstance(value.value, bool) else value.value
    return value


def _shape(custom: Custom, arriving: Shape, item: Item, inside: Inside) -> Shape | None:
    if custom.output == "same":
        return arriving
    raw = custom.output
    path = item.argument_path("output")
    before = len(inside.problems.found)
    value = _value(raw if isinstance(raw, list) else [raw], path, inside)
    if len(inside.problems.found) > before:
        return None
    shape = tuple(value)
    right = all(isinstance(s, int) and not isinstance(s, bool) and s > 0 for s in shape)
    if not right or not shape:
        message = f"`output` must be `same` or a list of sizes, not {shown(raw)}"
        inside.problems.add("MG231", message, path)
        return None
    return shape

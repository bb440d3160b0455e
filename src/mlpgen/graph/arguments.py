"""The arguments of a layer: evaluate expressions, then validate with pydantic."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlpgen.catalogue.fields import takes
from mlpgen.diagnostics.advice import Advice, Unset
from mlpgen.graph.scope import INDEX
from mlpgen.source import scalar
from mlpgen.spec.type_parameters import variable_of
from mlpgen.spec.types import layer_class
from mlpgen.spec.wording import listed, nearest, shown
from mlpgen.symbols.expressions import (
    Expression,
    ExpressionError,
    is_expression,
    value_of,
)
from mlpgen.symbols.sizes import Real, Size, with_value
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.scope import Scope
    from mlpgen.layers.base import Layer
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


NAME_OF_VALUE = r"[A-Za-z_]\w*(\.\w+)?"
"""The name of a value: of a layer, or of a layer and a part."""


def read_layer(
    entry: Entry, scope: Scope, problems: Problems
) -> tuple[Layer | None, dict[str, Expression]]:
    """Validate a layer's arguments.

    Returns:
        The layer, in which integers that depend on parameters are sizes; and all other
        arguments that are expressions, which only the code needs.
    """
    cls = layer_class(entry.type)
    assert cls is not None
    mark = problems.mark()
    symbolic = {
        name: evaluated(value, entry.argument_path(name), scope, problems)
        for name, value in entry.arguments.items()
    }
    if not mark.failed:
        _check_structural(entry, cls, symbolic, scope, problems)
    values = {name: plain(value) for name, value in symbolic.items()}
    try:
        layer = cls.model_validate(values)
    except ValidationError as error:
        if not scope.checked:
            symbolic = {name: _allowed(value) for name, value in symbolic.items()}
            values = {name: plain(value) for name, value in symbolic.items()}
            with suppress(ValidationError):
                return _symbolic(cls.model_validate(values), symbolic)
        misplaced = _misplaced(entry, cls, problems)
        if misplaced is not None:
            problems.add("MG203", misplaced[0], entry.type_path, help=misplaced[1])
        elif not mark.failed:
            problems.add_invalid(
                error,
                cls,
                entry.type,
                entry.type_path,
                values,
                entry.shorthand,
                written=entry.arguments,
            )
        return None, {}
    if mark.failed:
        return None, {}
    return _symbolic(layer, symbolic)


def _allowed(value: Any) -> Any:
    """Give an expression a value that most arguments accept, since only code counts."""
    if isinstance(value, list):
        return [_allowed(each) for each in value]
    if not isinstance(value, Expression) or isinstance(value.value, bool):
        return value
    one = with_value(value.value, 1) if isinstance(value.value, int) else 1.0
    return value._replace(value=one)


def _symbolic(
    layer: Layer, symbolic: Mapping[str, Any]
) -> tuple[Layer, dict[str, Expression]]:
    """Replace values of a layer by the sizes and expressions they came from."""
    sizes = {name: _sized(value) for name, value in symbolic.items() if _depends(value)}
    expressions = {
        name: value
        for name, value in symbolic.items()
        if isinstance(value, Expression) and not isinstance(value.value, Size)
    }
    numbers = {name: value for name, value in sizes.items() if name not in expressions}
    numbers |= {
        name: Real(each.value, each.operand)
        for name, each in expressions.items()
        if isinstance(each.value, float)
    }
    return layer.model_copy(update=numbers), expressions


def _misplaced(
    entry: Entry, cls: type[Layer], problems: Problems
) -> tuple[str, str] | None:
    """Explain a wrong single value: names of layers, or several arguments."""
    raw = entry.arguments[entry.shorthand] if entry.shorthand else None
    values: list[Any] = raw if isinstance(raw, list) else [raw]
    names = all(isinstance(v, str) and re.fullmatch(NAME_OF_VALUE, v) for v in values)
    if names and cls.arity[1] > 1 and not problems.help_for(raw):
        several = values if len(values) > 1 else [*values, "…"]
        message = f"`from` names the inputs of `{entry.type}`"
        return message, f"write `from: [{', '.join(several)}]` next to `{entry.type}:`"
    if isinstance(raw, str) and "," in raw:
        with suppress(ValueError):  # a number is too large
            values = [scalar(each.strip()) for each in raw.split(",")]
    own = [name for name in cls.model_fields if not cls.follows(name)]
    for fields in ([*cls.model_fields], own):
        given = dict(zip(fields, values, strict=False))
        if len(given) == len(values) > 1 and all(
            takes(cls, given, name) for name in cls.model_fields
        ):
            message = (
                f"a single value sets `{entry.shorthand}`, so it cannot be {shown(raw)}"
            )
            written = ", ".join(f"{name}: {value}" for name, value in given.items())
            return message, f"write `{entry.type}: {{{written}}}`"
    return None


def evaluated(
    value: Any, path: Path, scope: Scope, problems: Problems, *, lists: bool = False
) -> Any:
    """Evaluate the expressions in an argument.

    Args:
        value: The argument.
        path: Its path.
        scope: The names that expressions can use.
        problems: Collects mistakes.
        lists: Whether an expression can be a list.

    Returns:
        An `Expression`, a type of layer, or a plain value; or a list of these.
    """
    if isinstance(value, list):
        return [
            evaluated(each, (*path, index), scope, problems, lists=lists)
            for index, each in enumerate(value)
        ]
    if not isinstance(value, str) or "${" not in value:
        return value
    if not is_expression(value):
        message = "an expression must be the whole value: `${…}` with nothing around it"
        if value.startswith("${") and "}" not in value:
            message = "the expression has no `}` at its end"
        problems.add("MG209", message, path)
        return value
    type_ = scope.parameters.get(variable_of(value))
    if isinstance(type_, TypeName):
        scope.found.used.add(variable_of(value))
        return type_.of(variable_of(value))
    try:
        result = scope.evaluate(value)
    except ExpressionError as error:
        _add(
            error,
            scope.value_path(error.local) if error.local else path,
            scope,
            problems,
        )
        return value
    if isinstance(result.value, tuple) and not lists:
        inner = value[2:-1].strip()
        help = f"`${{{inner}[0]}}` is its first item"
        problems.add("MG209", f"`{inner}` is a list, not a number", path, help=help)
        return value
    scope.found.used.update(result.names)
    if scope.values and scope.free:  # a value may stand for its expression
        scope.found.used.update(scope.names_behind(value))
    return result if result.names else result.value


def _add(error: ExpressionError, path: Path, scope: Scope, problems: Problems) -> None:
    """Report a mistake in an expression."""
    code, help = "MG209", error.help
    notes: tuple[str, ...] = ()
    if error.unknown:
        code, help = "MG210", about_unknown(error.unknown, scope, problems)
    if error.circle:
        way = " → ".join(error.circle)
        code, notes = "MG241", (way,) if len(error.circle) > 2 else ()
    problems.add(code, error.message, path, help=help, notes=notes)


def about_unknown(name: str, scope: Scope, problems: Problems) -> str:
    """Suggest what a name that is not a parameter could mean."""
    if name == INDEX:
        return "`index` is the number of a round, and only in a layer with `repeat`"
    free = problems.document.data.get("sizes")
    if scope.title and isinstance(free, dict) and name in free:
        return f"a block sees the sizes of its own inputs: {listed(scope.sizes)}"
    of_model = (problems.document.data.get(key) for key in ("parameters", "values"))
    if scope.title and any(isinstance(x, dict) and name in x for x in of_model):
        return f"give `{scope.title}` a parameter: a block sees only its own"
    if scope.title and (size := _SIZE.fullmatch(name)):
        return _about_size(name, size[1], scope)
    near = nearest(name, [*scope.parameters, *scope.values])
    if not near and INDEX in scope.parameters:
        return "the number of the round is `index`"
    return near or "define it under `parameters:`, with a default"


_SIZE = re.compile(r"\w+_(channels|features|depth|height|width|length)")
"""A name that looks as if it were a size of an input of a block."""


def _about_size(name: str, word: str, scope: Scope) -> str:
    """Say which sizes of its inputs a block sees, unless it has such a parameter."""
    others = [each for each in scope.parameters if each not in scope.sizes]
    if near := nearest(name, [each for each in others if each.endswith(f"_{word}")]):
        return near
    if scope.sizes:
        return f"the sizes of its inputs are {listed(scope.sizes)}"
    if name.startswith("in_"):
        return f"no layer of `{scope.title}` takes its input, so it has no size"
    return "define it under `parameters:`, with a default"


def _check_structural(
    entry: Entry,
    cls: type[Layer],
    symbolic: Mapping[str, Any],
    scope: Scope,
    problems: Problems,
) -> None:
    """Refuse parameters in structural arguments, even if they cancel out."""
    known = scope.parameters.keys() | scope.values.keys()
    for name, value in symbolic.items():
        structural = name in cls.model_fields and cls.structural(name)
        names = scope.names_behind(entry.arguments[name]) if structural else set()
        if names & known:
            kind = "free size" if names & scope.free.keys() else "parameter"
            message = f"`{name}` decides dimensions or code, so it cannot depend on a "
            message += kind
            help = "write the value itself"
            if cls.follows(name):
                text = f"leave `{name}` out: it follows from the input"
                help = Advice(text, Unset(name), entry.type_path)
            problems.add("MG211", message, entry.argument_path(name), help=help)
        elif isinstance(value, list) and any(
            isinstance(each, Expression) and not isinstance(each.value, Size)
            for each in value
        ):
            message = f"an expression in the list of `{name}` must be a whole number"
            problems.add("MG209", message, entry.argument_path(name))


def _depends(value: Any) -> bool:
    if isinstance(value, list):
        return any(_depends(each) for each in value)
    return isinstance(value, Expression)


def plain(value: Any) -> Any:
    """Return a value with numbers in place of expressions."""
    if isinstance(value, list) or type(value) is tuple:
        return [plain(each) for each in value]
    if isinstance(value, Expression):
        return int(value.value) if isinstance(value.value, Size) else value.value
    return value


def _sized(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_sized(each) for each in value)
    return value_of(value)

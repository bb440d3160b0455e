"""The parameters of a model as command-line flags of its training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.names.flags import option, settings_of
from mlpgen.styles.code import Code, quoted
from mlpgen.symbols.expressions import written
from mlpgen.symbols.lists import depth, numbers
from mlpgen.symbols.lists import written as shown
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.symbols.type_names import ParameterValue


class Flag(NamedTuple):
    """A parameter of the model as a command-line flag.

    Attributes:
        parameter: Its name in the class.
        setting: Its name in `args`.
        option: `--hidden-1`.
        line: The call that adds it to the parser.
        given: Its value on the command line, as the class takes it.
        kept: Its value in a checkpoint, as the class takes it.
    """

    parameter: Code
    setting: Code
    option: str
    line: Code
    given: Code
    kept: Code


def flags(graph: Graph) -> tuple[Flag, ...]:
    """Make a flag of each parameter of a model."""
    return tuple(
        _flag(name, setting, graph.parameters[name])
        for name, setting in settings_of(graph.parameters).items()
    )


def own_types(graph: Graph) -> list[str]:
    """Return the blocks that are types of layers by default."""
    values = graph.parameters.values()
    types = (each for each in values if isinstance(each, TypeName))
    return [each.code for each in types if not each.prefix]


def _flag(name: str, setting: str, default: ParameterValue) -> Flag:
    flag = option(setting)
    made = f'parser.add_argument({quoted(flag)}, {_kind(default)}, help="of the model")'
    given, kept = f"args.{setting}", f"settings[{quoted(setting)}]"
    if isinstance(default, TypeName):
        own = "" if default.prefix else f", {default}"
        given, kept = f"layer_type({given}{own})", f"layer_type({kept}{own})"
    return Flag(Code(name), Code(setting), flag, Code(made), Code(given), Code(kept))


def _kind(default: ParameterValue) -> str:
    """Write how a value is read, and its default."""
    if isinstance(default, bool):
        return f"action=argparse.BooleanOptionalAction, default={default}"
    if isinstance(default, TypeName):
        own = f"lambda name: layer_name(name, {default})"
        reads = "layer_name" if default.prefix else own
        return f"type={reads}, default={quoted(default)}"
    if isinstance(default, tuple):
        return f"type={_reader(default)}, default={quoted(shown(default))}"
    return f"type={type(default).__name__}, default={written(default)}"


def _reader(default: tuple[Any, ...]) -> str:
    """Write the function that reads a list: `list_of(int)`."""
    kind = type(numbers(default)[0]).__name__
    return f"list_of({kind}{', depth=2' * (depth(default) > 1)})"

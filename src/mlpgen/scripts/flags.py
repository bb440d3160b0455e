"""The parameters of a model as command-line flags of its training."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.flags import option, settings_of
from mlpgen.styles.code import Code, quoted
from mlpgen.symbols.expressions import written

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.symbols.expressions import Scalar


class Flag(NamedTuple):
    """A parameter of the model as a command-line flag.

    Attributes:
        parameter: Its name in the class.
        setting: Its name in `args`.
        option: `--hidden-1`.
        line: The call that adds it to the parser.
    """

    parameter: Code
    setting: Code
    option: str
    line: Code


def flags(graph: Graph) -> tuple[Flag, ...]:
    """Make a flag of each parameter of a model."""
    found: list[Flag] = []
    for name, setting in settings_of(graph.parameters).items():
        flag = option(setting)
        kind = _kind(graph.parameters[name])
        made = f'parser.add_argument({quoted(flag)}, {kind}, help="of the model")'
        found.append(Flag(Code(name), Code(setting), flag, Code(made)))
    return tuple(found)


def _kind(default: Scalar) -> str:
    if isinstance(default, bool):
        return f"action=argparse.BooleanOptionalAction, default={default}"
    return f"type={type(default).__name__}, default={written(default)}"

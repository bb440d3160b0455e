"""The parameters of a model as flags of its training."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import written
from mlpgen.styles.code import Code, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.expressions import Scalar
    from mlpgen.graph.nodes import Graph

TAKEN = frozenset(
    """
    batch_size checkpoint_every data_dir device epochs h help lr out overfit_batch plot
    profile resume seed tensorboard threads traceback
    """.split()  # noqa: SIM905
)
"""What every training has a flag for: a test compares it with the command line."""


class Flag(NamedTuple):
    """A parameter of the model on the command line.

    Attributes:
        parameter: Its name in the class.
        setting: Its name among the settings of a run.
        option: `--hidden-1`.
        line: The call that adds it to the parser.
    """

    parameter: Code
    setting: Code
    option: str
    line: Code

    @property
    def renamed(self) -> bool:
        """Whether another flag has the parameter's own name."""
        return self.setting != self.parameter


def flags(graph: Graph) -> tuple[Flag, ...]:
    """Give each parameter of a model a flag of its own."""
    found: list[Flag] = []
    for name, default in graph.parameters.items():
        setting = _setting(name, [*TAKEN, *(each.setting for each in found)])
        option = f"--{setting.replace('_', '-')}"
        given = f'{quoted(option)}, {_kind(default)}, help="of the model"'
        line = Code(f"parser.add_argument({given})")
        found.append(Flag(Code(name), Code(setting), option, line))
    return tuple(found)


def _setting(name: str, taken: Iterable[str]) -> str:
    """Return the name that argparse makes of the flag, which no other has."""
    plain = name.strip("_") or "value"
    used = {*taken}
    while plain in used:
        plain = f"model_{plain}"
    return plain


def _kind(default: Scalar) -> str:
    if isinstance(default, bool):
        return f"action=argparse.BooleanOptionalAction, default={default}"
    return f"type={type(default).__name__}, default={written(default)}"

"""Loops of `__init__` that initialize all matrices, or all biases, of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.entries.init_kinds import BIASES, KINDS, MATRICES
from mlpgen.styles.code import call, keyword, literal
from mlpgen.styles.layout import INDENT, indented, layout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.graph.inits import Init, Inits
    from mlpgen.styles.variable_names import InitLocals


def loop_over_kinds(
    module: str,
    inits: Inits,
    parameters: Iterable[str],
    local: InitLocals,
    indent: int,
) -> list[str]:
    """Write the loop over the parameters of a module; no lines if none is asked for.

    Args:
        module: The code of the module.
        inits: The initial values, also of single parameters.
        parameters: The names of the parameters of the module.
        local: The local variables of `__init__`.
        indent: Columns to the left of it.
    """
    kinds = {kind: inits[kind] for kind in KINDS if kind in inits}
    if not kinds:
        return []
    head = f"for {local.parameter} in {module}.parameters():"
    if BIASES in kinds:
        names = f"{local.name}, {local.parameter}"
        head = f"for {names} in {module}.named_parameters():"
    body: list[str] = []
    for kind, init in kinds.items():
        word = "elif" if body else "if"
        body.append(f"{word} {_test(kind, MATRICES in kinds, parameters, local)}:")
        body += indented(init_call(local.parameter, init, indent + 2 * INDENT))
    return [head, *indented(body)]


def _test(
    kind: str, after_matrices: bool, parameters: Iterable[str], local: InitLocals
) -> str:
    """Write the test for a parameter of a kind."""
    if kind == MATRICES:
        return f"{local.parameter}.dim() > 1"
    paths = (name.rpartition(".")[0] for name in parameters)
    # A layer whose name contains `bias` may have other vectors than biases.
    plain = not any("bias" in path for path in paths)
    name = local.name if plain else f'{local.name}.rpartition(".")[2]'
    vector = "" if after_matrices else f" and {local.parameter}.dim() == 1"
    return f'"bias" in {name}{vector}'


def init_call(tensor: str, init: Init, indent: int) -> list[str]:
    """Write the call that initializes a parameter."""
    function, arguments = init
    given = [keyword(name, literal(value)) for name, value in arguments.items()]
    return layout(call(f"nn.init.{function}", tensor, *given), indent)

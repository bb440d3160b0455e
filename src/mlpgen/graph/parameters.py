"""The parameters of the model, with the values that `--set` gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.blocks.arguments import fits
from mlpgen.names.identifiers import wrong_parameter
from mlpgen.spec.wording import cut, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.expressions import Scalar


def read_parameters(
    spec: Spec, settings: Mapping[str, Scalar], problems: Problems
) -> dict[str, Scalar]:
    """Read the parameters of the model.

    Args:
        spec: The spec.
        settings: New defaults (`--set`).
        problems: Collects mistakes.
    """
    for name in spec.parameters:
        reason = wrong_parameter(name)
        if reason:
            message = f"the string `{cut(name)}` cannot be a parameter: {reason}"
            problems.add("MG205", message, ("parameters", name), key=True)
    parameters = dict(spec.parameters)
    for name, value in settings.items():
        if name not in parameters:
            help = nearest(name, parameters) or "`parameters` lists them"
            message = f"`--set {cut(name)}`: there is no such parameter"
            problems.add("MG210", message, ("parameters",), key=True, help=help)
        elif not fits(value, parameters[name]):
            old = shown(parameters[name])
            message = f"`--set {name}` must have the type of {old}, not {shown(value)}"
            problems.add("MG203", message, ("parameters", name))
        else:
            parameters[name] = float(value) if _is_float(parameters[name]) else value
    return parameters


def _is_float(value: Scalar) -> bool:
    return isinstance(value, float)

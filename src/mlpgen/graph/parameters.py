"""The parameters of the model, with the values that `--set` gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.names.identifiers import wrong_parameter
from mlpgen.spec.type_parameters import read_type, read_types
from mlpgen.spec.wording import cut, nearest, shown
from mlpgen.symbols.lists import depth, fits, like
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.type_names import ParameterValue, Setting


def read_parameters(
    spec: Spec,
    settings: Mapping[str, Setting],
    blocks: Collection[str],
    problems: Problems,
) -> dict[str, ParameterValue]:
    """Read the parameters of the model.

    Args:
        spec: The spec.
        settings: New defaults (`--set`).
        blocks: The names of its blocks.
        problems: Collects mistakes.
    """
    for name in spec.parameters:
        reason = wrong_parameter(name)
        if reason:
            message = f"the string `{cut(name)}` cannot be a parameter: {reason}"
            problems.add("MG205", message, ("parameters", name), key=True)
    parameters = read_types(spec.parameters, ("parameters",), blocks, problems)
    for name, value in settings.items():
        path = ("parameters", name)
        if name not in parameters:
            help = nearest(name, parameters) or "`parameters` lists them"
            if name in spec.sizes:
                help = "it is a free size: the code is the same for any"
            message = f"`--set {cut(name)}`: there is no such parameter"
            problems.add("MG210", message, ("parameters",), key=True, help=help)
            continue
        default = parameters[name]
        given = _listed(value, default)
        if isinstance(default, TypeName) and isinstance(value, str):
            found = read_type(value, path, blocks, problems)
            given = TypeName(found, found.prefix, None)
        if fits(given, default):
            parameters[name] = like(given, default)
        else:
            old = shown(default)
            message = f"`--set {name}` must have the type of {old}, not {shown(value)}"
            problems.add("MG203", message, path)
    return parameters


def _listed(value: Setting, default: ParameterValue) -> Any:
    """Return a single number as a list, if that is what the default is."""
    single = depth(default) == 1 and not isinstance(value, tuple | str)
    return (value,) if single else value

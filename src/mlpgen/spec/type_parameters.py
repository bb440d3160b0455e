"""Types of layers as the values of parameters: `activation: ReLU`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.layers import CONTAINERS, LAYERS
from mlpgen.spec.types import every_type
from mlpgen.spec.wording import cut, listed, near, nearest
from mlpgen.symbols.lists import frozen
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.type_names import ParameterValue

CLASS_NAME = "^[A-Z][A-Za-z0-9]*$"
"""The pattern of names of classes."""
ANY = "Identity"
"""The type that takes any input and any arguments; it stands for wrong ones, too."""


def similar_type(raw: Any) -> str:
    """Say how to write what is nearly a type of torch.nn; empty if it is not."""
    if isinstance(raw, dict) and len(raw) == 1 and next(iter(raw)) in LAYERS:
        type_ = next(iter(raw))
        return f"write `{type_}` alone: the layer has the arguments, `${{…}}: {{…}}`"
    name = raw.partition("(")[0].rpartition(".")[2] if isinstance(raw, str) else ""
    found = [each for each in near(name, LAYERS) if each.lower() == name.lower()]
    return f"did you mean {listed(found)}?" if found else ""


def read_type(
    raw: str, path: Path, blocks: Collection[str], problems: Problems
) -> TypeName:
    """Read the name of a type of layer.

    Args:
        raw: The name as written.
        path: Its path.
        blocks: The names of the blocks of the spec.
        problems: Collects mistakes.

    Returns:
        The type; after a mistake, what it was probably meant to be.
    """
    place = problems.document.place(path)
    if raw in LAYERS:
        return TypeName(raw, "nn.", place)
    if raw in blocks:
        return TypeName(raw, "", place)
    message = f"there is no type of layer `{cut(raw)}`"
    found = near(raw, [*LAYERS, *blocks])
    help = nearest(raw, found)
    if raw in CONTAINERS or raw in every_type():
        message = f"`{raw}` cannot be the value of a parameter"
        help = "only a layer of torch.nn can, or a block of the spec"
        found = []
    problems.add("MG207", message, path, help=help or "`mlpgen layers` lists them all")
    meant = found[0] if found else ANY
    return TypeName(meant, "" if meant in blocks else "nn.", place)


def read_types(
    parameters: Mapping[str, bool | int | float | str | list[Any]],
    path: Path,
    blocks: Collection[str],
    problems: Problems,
) -> dict[str, ParameterValue]:
    """Read the defaults of parameters, of which some may be types of layers."""
    return {
        name: read_type(raw, (*path, name), blocks, problems)
        if isinstance(raw, str)
        else frozen(raw)
        for name, raw in parameters.items()
    }


def variable_of(type_: str) -> str:
    """Return the parameter that a layer has for its type: `act` of `${act}`.

    It is empty if the text is no single parameter.
    """
    found = re.fullmatch(r"\$\{\s*([A-Za-z_]\w*)\s*\}", type_, re.ASCII)
    return found[1] if found else ""

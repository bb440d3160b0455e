"""Blocks of the author's classes."""

from __future__ import annotations

import builtins
import keyword
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.layers import LAYERS
from mlpgen.names.identifiers import wrong_class_name

if TYPE_CHECKING:
    from mlpgen.importer.body import Body


class Block(NamedTuple):
    """A block of the spec.

    Attributes:
        name: Its name.
        body: What it does; arguments may be expressions.
        parameters: Their defaults.
        numbered: Whether its layers have numbers for keys.
        description: What its author says of it.
        usual: The parameters whose default most uses have.
        values: Expressions with names, which buffers can use.
        origin: The author's class and the module of Python that has it.
        paths: The modules that it stands for.
    """

    name: str
    body: Body
    parameters: dict[str, Any]
    numbered: bool = False
    description: str = ""
    usual: frozenset[str] = frozenset()
    values: dict[str, str] = {}  # noqa: RUF012 - never changed
    origin: tuple[str, str] = ("", "")
    paths: tuple[str, ...] = ()


class Draft(NamedTuple):
    """A model and its blocks."""

    body: Body
    blocks: tuple[Block, ...]
    numbered: bool = False


def parameter_name(name: str) -> str:
    """Return a name that a parameter of a spec may have."""
    name = name.lower()
    taken = hasattr(builtins, name) or keyword.iskeyword(name) or name in ("index", "e")
    return f"{name}_value" if taken else name


def block_name(type_: str) -> str:
    """Return a name that a block of a spec may have."""
    name = class_name(type_, "Block")
    return f"{name}Block" if name in LAYERS or name == "Sequential" else name


def class_name(type_: str, kind: str = "Model") -> str:
    """Return a name that a class may have, in CamelCase: `DataModel` for `Data`."""
    name = "".join(part[:1].upper() + part[1:] for part in type_.split("_"))
    name = name if name[:1].isalpha() else f"{kind}{name}"
    return f"{name}{kind}" if wrong_class_name(name) else name


def free_name(name: str, names: dict[str, int]) -> str:
    """Return a name with a number if there is a block with that name."""
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name}{names[name]}"

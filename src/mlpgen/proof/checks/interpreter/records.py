"""What the interpreter finds, and the names of layers and modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import FailsError

if TYPE_CHECKING:
    from torch import nn

    from .entries import Entry


class FoundLayer(NamedTuple):
    """A layer of the spec that has a module in the model.

    Attributes:
        entry: The entry as written.
        module: Its module.
        inits: The initial values that it asks for, with numbers in place of
            expressions, by the names of parameters.
        of_model: Whether it belongs to the model itself, not to a block.
    """

    entry: Entry
    module: nn.Module
    inits: dict[str, Any]
    of_model: bool


class Expected(NamedTuple):
    """What the spec says about a layer.

    Attributes:
        type: Its class.
        arguments: Its arguments, with numbers in place of expressions.
        kind: See `mlpgen.proof.spec_entries.EntryData`.
    """

    type: str
    arguments: dict[str, Any]
    kind: str


class Prefix(NamedTuple):
    """The prefixes of layer names and of module names.

    They differ in a block whose module another entry shares.
    """

    names: str = ""
    modules: str = ""

    def of(self, name: str, module: str) -> Prefix:
        """Return the dotted names of a layer."""
        return Prefix(self.names + name, self.modules + module)

    def within(self) -> Prefix:
        """Return the prefixes of the layers inside this one."""
        return Prefix(f"{self.names}.", f"{self.modules}.")


class Numbers(NamedTuple):
    """The numbers that the modules of an entry have.

    Attributes:
        inside: The name of the module that holds them, with a dot.
        first: The first of them.
    """

    inside: str
    first: int


class MissingError(FailsError):
    """The model lacks a module or tensor that the spec has."""

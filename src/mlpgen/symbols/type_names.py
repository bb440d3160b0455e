"""Types of layers as the values of parameters: `activation: ReLU`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from mlpgen.diagnostics.diagnostic import Place


class TypeName(str):
    """The name of a type of layer, a class of torch.nn or a block, that knows its code.

    Attributes:
        prefix: What precedes the name in code: `nn.`; empty for a block.
        place: Where the spec names it; None if the command line does.
        parameter: The parameter whose value it is, if the code is that parameter.
    """

    __slots__ = ("parameter", "place", "prefix")

    prefix: str
    place: Place | None
    parameter: str

    def __new__(
        cls, name: str, prefix: str, place: Place | None, parameter: str = ""
    ) -> Self:
        """Create a name that knows its code and its place."""
        made = super().__new__(cls, name)
        made.prefix, made.place, made.parameter = prefix, place, parameter
        return made

    @property
    def code(self) -> str:
        """The class in code: `nn.ReLU`, or the parameter that holds it."""
        return self.parameter or f"{self.prefix}{self}"

    def of(self, parameter: str) -> TypeName:
        """Return the same type as the value of a parameter."""
        return TypeName(self, self.prefix, self.place, parameter)


ParameterValue = int | float | bool | TypeName | tuple[Any, ...]
"""The value of a parameter: a number, true or false, a list, or a type of layer."""


Setting = int | float | bool | str | tuple[Any, ...]
"""The value of a parameter as the command line or a caller gives it."""


def numbers(values: Mapping[str, ParameterValue]) -> dict[str, Any]:
    """Return the parameters that are no types."""
    return {n: v for n, v in values.items() if not isinstance(v, TypeName)}


def is_type_text(value: object) -> TypeGuard[str]:
    """Return whether a value in a spec is spelled like a type: in CamelCase."""
    return isinstance(value, str) and bool(re.fullmatch(r"[A-Z][A-Za-z0-9]*", value))

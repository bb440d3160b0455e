"""Initial values of parameters, as layers and rules of a spec ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Init = tuple[str, dict[str, Any]]
"""A function of torch.nn.init and its arguments."""
Inits = Mapping[str, Init]
"""Initial values of parameters by name; the name of a tensor itself is empty."""


class Rule(NamedTuple):
    """Initial values for all layers of one type; for the whole model it is empty."""

    type: str
    inits: Inits

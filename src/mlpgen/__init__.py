"""mlpgen turns a short YAML spec of a neural network into PyTorch code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError

if TYPE_CHECKING:
    from mlpgen.api import Network, lint, load, render

__version__ = "0.1.0"

__all__ = ["Diagnostic", "Network", "SpecError", "lint", "load", "render"]


def __getattr__(name: str) -> object:
    """Load the rest of the library when it is first used."""
    if name in __all__:
        from mlpgen import api

        found: object = getattr(api, name)
        return found
    raise AttributeError(f"module 'mlpgen' has no attribute {name!r}")

"""The layers of `torch.nn` by the names of their functions: `relu` is `ReLU`."""

from functools import cache

from mlpgen.layers import LAYERS
from mlpgen.names.identifiers import snake_case


@cache
def _layers() -> dict[str, str]:
    """Return the layers of `torch.nn` by their names in lower case."""
    return {snake_case(name): name for name in LAYERS}


def module_of(function: str) -> str:
    """Return the class in `torch.nn` of a function's name; empty if there is none."""
    return _layers().get(function, "")

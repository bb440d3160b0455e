"""Initial values whose spread follows from the size of a layer."""

from __future__ import annotations

from math import isclose, prod, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlpgen.importer.recording import Member, Shape

_GAINS = ((sqrt(2), "relu"), (1.0, "linear"))


def same_values(type_: str, member: Member) -> list[Any]:
    """Return the initial values of a parameter, in all ways that a spec can say them.

    Numbers that an author computes from the sizes of a layer are a function of
    `torch.nn.init` for all its sizes; None is what torch does by itself.

    Args:
        type_: The layer that has the parameter.
        member: The parameter.
    """
    init = member.init
    if not isinstance(init, dict) or len(member.shape) < 2:
        return [init]
    ((name, arguments),) = init.items()
    if name == "normal_" and arguments.keys() <= {"std"}:
        return [init, *_from_spread(name, float(arguments["std"]), member.shape)]
    if name != "uniform_" or arguments.keys() != {"a", "b"}:
        return [init]
    low, high = float(arguments["a"]), float(arguments["b"])
    if not isclose(low, -high, rel_tol=1e-6):
        return [init]
    inputs = prod(member.shape[1:])
    plain = type_.startswith(("Linear", "Conv")) and "Transpose" not in type_
    usual = [None] if plain and isclose(high, 1 / sqrt(inputs), rel_tol=1e-6) else []
    return [*usual, init, *_from_spread(name, high / sqrt(3), member.shape)]


def _from_spread(name: str, spread: float, shape: Shape) -> list[Any]:
    """Return the functions that give a standard deviation to a weight."""
    area = prod(shape[2:])
    fans = {"fan_in": shape[1] * area, "fan_out": shape[0] * area}
    found: list[Any] = []
    for mode, fan in fans.items():
        for gain, nonlinearity in _GAINS:
            if isclose(spread, gain / sqrt(fan), rel_tol=1e-6):
                said = {"mode": mode} if mode != "fan_in" else {}
                arguments = {**said, "nonlinearity": nonlinearity}
                found.append({f"kaiming_{name}": arguments})
    if isclose(spread, sqrt(2 / sum(fans.values())), rel_tol=1e-6):
        found.append(f"xavier_{name}")
    return found

"""Parts the parameters of a model into groups that are trained differently."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from torch import nn

from starting import matches


class ParameterGroup(NamedTuple):
    """Which parameters a group is made of.

    Attributes:
        patterns: Of names of parameters, or of modules around them: `head.*`.
        kind: `matrices`, `bias`, `norm` or `embedding`; empty for all.
        among: Kinds, one of which a parameter must have too; empty for all.
        dimensions: How many dimensions it must have; 0 for any number.
    """

    patterns: Sequence[str] = ("*",)
    kind: str = ""
    among: Sequence[str] = ()
    dimensions: int = 0


def part(model: nn.Module, *groups: ParameterGroup) -> list[list[nn.Parameter]]:
    """Part the parameters of a model: each belongs to the first group that fits.

    The last of the lists has those that fit none.
    """
    names: dict[nn.Parameter, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        names.setdefault(parameter, []).append(name)
    kinds = _kinds(model, names)
    found: list[list[nn.Parameter]] = [[] for _ in (*groups, "others")]
    for parameter, called in names.items():
        fitting = (
            place
            for place, group in enumerate(groups)
            if _fits(group, called, kinds[parameter], parameter.ndim)
        )
        found[next(fitting, len(groups))].append(parameter)
    return found


def _fits(
    group: ParameterGroup, names: Sequence[str], kinds: set[str], dimensions: int
) -> bool:
    """Tell whether a parameter belongs to a group."""
    return (
        group.dimensions in (0, dimensions)
        and (not group.kind or group.kind in kinds)
        and (not group.among or not kinds.isdisjoint(group.among))
        and any(matches(name, group.patterns) for name in names)
    )


def _kinds(
    model: nn.Module, names: Mapping[nn.Parameter, Sequence[str]]
) -> dict[nn.Parameter, set[str]]:
    """Return the kinds of each parameter; what is none of the others is a matrix."""
    found: dict[nn.Parameter, set[str]] = {parameter: set() for parameter in names}
    for parameter, called in names.items():
        if any("bias" in name.rpartition(".")[2] for name in called):
            found[parameter].add("bias")
    for module in model.modules():
        for parameter in module.parameters(recurse=False):
            if "Norm" in type(module).__name__:
                found[parameter].add("norm")
            if isinstance(module, nn.Embedding | nn.EmbeddingBag):
                found[parameter].add("embedding")
    for parameter, kinds in found.items():
        if parameter.ndim > 1 and not kinds:
            kinds.add("matrices")
    return found

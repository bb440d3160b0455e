"""Resolve `groups` beside an optimizer: the parameters and the optimizer of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlpgen.graph.training.components import read_component
from mlpgen.graph.training.parameter_names import fits, named_parameters
from mlpgen.graph.training.patterns import check_pattern
from mlpgen.graph.training.recipe import Group
from mlpgen.spec.training import GroupKeys
from mlpgen.training import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.graph.training.parameter_names import Named
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.training.optimizers.base import Optimizer


def resolve_groups(
    raw: Sequence[dict[str, Any]],
    optimizer: Optimizer,
    nodes: tuple[Node, ...],
    no_decay: Sequence[str],
    path: Path,
    problems: Problems,
) -> tuple[Group, ...]:
    """Resolve the groups of an optimizer.

    Args:
        raw: The groups as the spec has them.
        optimizer: The optimizer of all other parameters.
        nodes: The layers.
        no_decay: Kinds of parameters without weight decay.
        path: The path of the optimizer.
        problems: Collects mistakes.
    """
    at: Path = (*path, "groups")
    if optimizer.closure:
        name = type(optimizer).__name__
        message = f"`{name}` has one group only: it cannot be combined with `groups`"
        problems.add("MG406", message, at, key=True)
        return ()
    every = (*named_parameters(nodes),)
    left = [*every]
    found: list[Group] = []
    for index, given in enumerate(raw):
        group = _group(given, optimizer, (*at, index), problems)
        if group is None:
            continue
        mark = problems.mark()
        _check_patterns(group, given, every, (*at, index), problems)
        mine = [] if mark.failed else _mine(group, left, every, (*at, index), problems)
        _check_matrices(group.optimizer, mine, (*at, index), problems)
        left = [each for each in left if each not in mine or each.opaque]
        spared = any(
            not each.kinds.isdisjoint(no_decay) or each.opaque for each in mine
        )
        found.append(group._replace(spared=spared))
    _check_others(optimizer, left, found, path, problems)
    return tuple(found)


def _group(
    given: dict[str, Any], optimizer: Optimizer, path: Path, problems: Problems
) -> Group | None:
    """Read a group: what it is made of, and its arguments or its optimizer."""
    selected = {key: given[key] for key in given if key in GroupKeys.model_fields}
    rest = {key: given[key] for key in given if key not in selected}
    try:
        keys = GroupKeys.model_validate(selected)
    except ValidationError as error:
        problems.add_invalid(error, GroupKeys, "groups", path, selected)
        return None
    if keys.parameters is None and keys.kind is None:
        message = "a group needs `parameters` or a `kind`"
        problems.add("MG202", message, path, help="such as `parameters: head.*`")
        return None
    patterns = keys.parameters or []
    patterns = [patterns] if isinstance(patterns, str) else patterns
    own = any(key[:1].isupper() for key in rest)
    made = (
        read_component("optimizer", OPTIMIZERS, rest, path, problems)
        if own
        else _changed(optimizer, rest, path, problems)
    )
    if made is None:
        return None
    if made.closure:
        message = f"`{type(made).__name__}` cannot be one of several optimizers"
        problems.add("MG406", message, (*path, type(made).__name__), key=True)
        return None
    named = made.model_fields_set if own else rest.keys()
    return Group(
        tuple(map(str, patterns)), keys.kind or "", made, frozenset(named), own
    )


def _changed(
    optimizer: Optimizer, given: dict[str, Any], path: Path, problems: Problems
) -> Optimizer | None:
    """Return the optimizer with the arguments of a group."""
    cls = type(optimizer)
    before = {name: getattr(optimizer, name) for name in optimizer.model_fields_set}
    try:
        made = cls.model_validate({**before, **given})
    except ValidationError as error:
        problems.add_invalid(error, cls, cls.__name__, path, given)
        return None
    problem = made.check()
    if problem is not None:
        inner = problem.argument in given if problem.argument else False
        place = (*path, str(problem.argument)) if inner else path
        problems.add(problem.code, problem.message, place, help=problem.help)
        return None
    return made


def _check_patterns(
    group: Group,
    given: dict[str, Any],
    every: Sequence[Named],
    path: Path,
    problems: Problems,
) -> None:
    """Check that each pattern of a group fits a parameter of the model."""
    at: Path = (*path, "parameters")
    listed = isinstance(given.get("parameters"), list)
    for index, pattern in enumerate(group.patterns):
        check_pattern(pattern, every, (*at, index) if listed else at, problems)


def _mine(
    group: Group,
    left: Sequence[Named],
    every: Sequence[Named],
    path: Path,
    problems: Problems,
) -> list[Named]:
    """Return the parameters of a group: those that no group before it has."""
    limit = 2 if group.optimizer.only_matrices else None
    mine = [each for each in left if fits_group(each, group, limit)]
    if mine:
        return mine
    key = "kind" if group.kind else "parameters"
    kernels = [each for each in left if fits_group(each, group, None)]
    if kernels:
        message = _refusal(group.optimizer, kernels[0])
    elif any(fits_group(each, group, limit) for each in every):
        message = "all parameters that fit this group belong to groups before it"
    else:
        among = " among these" if group.patterns else " in the model"
        message = f"there is no parameter of kind `{group.kind}`{among}"
    problems.add("MG409", message, (*path, key))
    return []


def fits_group(each: Named, group: Group, limit: int | None) -> bool:
    """Tell whether a parameter, or some in a custom module, can belong to a group.

    Args:
        each: The parameter.
        group: The group.
        limit: The number of dimensions that its optimizer takes of matrices.
    """
    named = not group.patterns or any(fits(each, one) for one in group.patterns)
    if each.opaque or not named:
        return named and each.opaque
    if not each.known:
        return False
    fitting = not group.kind or group.kind in each.kinds
    limited = limit if group.kind == "matrices" else None
    return fitting and limited in (None, len(each.shape))


def _check_matrices(
    optimizer: Optimizer, mine: Sequence[Named], path: Path, problems: Problems
) -> None:
    """Check that an optimizer of matrices has no other parameters."""
    other = next((each for each in mine if each.known and len(each.shape) != 2), None)
    if not optimizer.only_matrices or other is None:
        return
    help = "give it to another optimizer by `groups`"
    if path[-1] != "optimizer":
        help, path = "use `kind: matrices`", (*path, type(optimizer).__name__)
    key = path[-1] != "optimizer"
    problems.add("MG406", _refusal(optimizer, other), path, key=key, help=help)


def _refusal(optimizer: Optimizer, other: Named) -> str:
    name, shape = type(optimizer).__name__, [*map(int, other.shape)]
    return f"`{name}` takes matrices only, but `{other.name}` is {shape}"


def _check_others(
    optimizer: Optimizer,
    left: Sequence[Named],
    groups: Sequence[Group],
    path: Path,
    problems: Problems,
) -> None:
    """Check what the optimizer itself has to train."""
    known = [each for each in left if each.known]
    _check_matrices(optimizer, known, path, problems)
    opaque = any(each.opaque for each in left)
    if not known and not opaque and groups and all(each.own for each in groups):
        message = f"`{type(optimizer).__name__}` has no parameters: all are in `groups`"
        problems.add("MG406", message, path)

"""Gives classes the tensors that they take or leave behind other than by a call.

A class that changes what it is given in place, or that keeps a tensor in an attribute
for others, returns that tensor, too; one that finds a tensor in such an attribute, or
in a variable around it, takes it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.importer.needed import refs
from mlpgen.importer.recording import Ref
from mlpgen.importer.weights import given, letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.importer.recording import Module, Pass, Step

TAKEN = "given"
"""What an argument is called that a class has from elsewhere."""


class _Scope(NamedTuple):
    """What a forward pass does with tensors, by their numbers.

    Attributes:
        made: Those that are new inside.
        used: How often calls inside take each.
    """

    made: frozenset[int]
    used: Counter[int]


def with_scopes(forward: Pass, modules: Mapping[str, Module]) -> Pass:
    """Return a forward pass in which each class takes and returns what it shares."""
    forward = _spliced(forward, modules)
    whole = _scope(forward)
    known = whole.made | {*refs(forward.inputs)}
    total = whole.used + Counter(refs(forward.returned))
    return _closed(forward, known, total)


def _spliced(each: Pass, modules: Mapping[str, Module]) -> Pass:
    """Take classes apart that call layers of others with a state."""
    steps: list[Step] = []
    for step in each.steps:
        if step.pass_ is None:
            steps.append(step)
            continue
        inside = _spliced(step.pass_, modules)
        begin = f"{step.module}."
        others = {e.module for e in inside.steps if not e.module.startswith(begin)}
        if any(
            modules[path].members or modules[path].children for path in others - {""}
        ):
            steps += inside.steps
        else:
            steps.append(step._replace(pass_=inside))
    return each._replace(steps=(*steps,))


def _scope(each: Pass) -> _Scope:
    made: set[int] = set()
    used: Counter[int] = Counter()
    for step in each.steps:
        made |= {tensor.number for tensor in step.outputs}
        if step.pass_ is None:
            made |= {*refs(step.returned)} - {*refs(given(step))}
            used.update(refs(given(step)))
        else:
            inside = _scope(step.pass_)
            made |= inside.made
            used.update(inside.used)
    return _Scope(frozenset(made), used)


def _closed(each: Pass, known: set[int] | frozenset[int], total: Counter[int]) -> Pass:
    """Close all classes inside of a pass."""
    steps: list[Step] = []
    for step in each.steps:
        if step.pass_ is not None:
            inside = _closed(step.pass_, known, total)
            step = _returning(_taking(step._replace(pass_=inside), known), total)
        steps.append(step)
    return each._replace(steps=(*steps,))


def _taking(step: Step, known: set[int] | frozenset[int]) -> Step:
    """Give a class the tensors of others that it uses."""
    assert step.pass_ is not None
    scope = _scope(step.pass_)
    own = scope.made | {*refs(step.pass_.inputs)}
    wanted = {*scope.used, *refs(step.pass_.returned)}
    free = sorted(number for number in wanted & known if number not in own)
    names = (
        [TAKEN]
        if len(free) == 1
        else [f"{TAKEN}_{letters(i)}" for i in range(len(free))]
    )
    more = {name: Ref(number) for name, number in zip(names, free, strict=True)}
    inputs = {**step.pass_.inputs, **more}
    return step._replace(pass_=step.pass_._replace(inputs=inputs))


def _returning(step: Step, total: Counter[int]) -> Step:
    """Let a class return what calls outside of it take."""
    assert step.pass_ is not None
    scope = _scope(step.pass_)
    back = {*refs(step.pass_.returned)}
    left = [
        number
        for number in sorted(scope.made - back)
        if total[number] > scope.used[number]
    ]
    if not left:
        return step
    more = tuple(Ref(number) for number in left)
    returned = (step.pass_.returned, *more)
    return step._replace(
        returned=returned, pass_=step.pass_._replace(returned=returned)
    )

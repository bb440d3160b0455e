"""Methods of a module that its surroundings call: `self.positions.bias()`.

What a class does with the tensors and layers of another one is a call of that one, as
if it were its `forward`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.needed import refs
from mlpgen.importer.recording import Pass, Ref, State, Step
from mlpgen.importer.weights import given, letters, tensors_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.importer.recording import Module, Recording, Tensor

_CONTAINERS = {"ModuleList", "ModuleDict", "Sequential"}


def with_methods(each: Pass, path: str, recording: Recording) -> Pass:
    """Return a pass in which methods of other modules are calls of them."""
    owners = [_owner(step, path, recording.modules) for step in each.steps]
    called = {step.module for step in each.steps}
    for owner in dict.fromkeys(owners):
        own = [at for at, name in enumerate(owners) if name == owner]
        if owner and owner not in called and _alone(each, owner, own):
            changed = _outlined(each, owner, own, recording.tensors)
            return with_methods(changed, path, recording)
    return each


def _owner(step: Step, path: str, modules: Mapping[str, Module]) -> str:
    """Return the module whose tensors or layers a step uses behind its back."""
    if step.module:
        found = _first(step.module, path, modules)
        return found if found != step.module else ""
    keys = [one.key for one in given(step) if isinstance(one, State)]
    found_ = {_first(key, path, modules) for key in keys} - {""}
    linear = step.function.rpartition(".")[2] == "linear"
    if len(found_) != 1:
        return ""
    (name,) = found_
    return "" if linear and modules[name].type == "Linear" else name


def _alone(each: Pass, owner: str, own: list[int]) -> bool:
    """Return whether no other module is called between the steps of a module."""
    between = (each.steps[at].module for at in _between(each.steps, own))
    return all(not one or one.startswith(f"{owner}.") for one in between)


def _first(key: str, path: str, modules: Mapping[str, Module]) -> str:
    """Return the first module on the way from a class to what it uses; no list."""
    begin = f"{path}." if path else ""
    if not key.startswith(begin):
        return ""
    at = path
    for part in key[len(begin) :].split("."):
        at = f"{at}.{part}" if at else part
        if at not in modules:
            return ""
        if modules[at].type not in _CONTAINERS:
            return at
    return ""


def _outlined(
    each: Pass, owner: str, own: list[int], tensors: Mapping[int, Tensor]
) -> Pass:
    """Put steps, and those between them that they need, into a call of a module."""
    steps = each.steps
    inside = _between(steps, own)
    order = sorted(inside)
    made = {number for at in inside for number in _made(steps[at])}
    behind: set[int] = set()
    late: set[int] = {*made}
    for at in range(own[0], own[-1] + 1):
        if at not in inside and late & {*refs(given(steps[at]))}:
            behind.add(at)
            late |= _made(steps[at])
    taken = [
        one
        for at in order
        for one in tensors_in(given(steps[at]))
        if not (isinstance(one, Ref) and one.number in made)
        and not (isinstance(one, State) and one.key.startswith(f"{owner}."))
    ]
    taken = [*dict.fromkeys(taken)]
    names = ["x"] if len(taken) == 1 else [f"x_{letters(i)}" for i in range(len(taken))]
    rest = [step for at, step in enumerate(steps) if at not in inside]
    wanted = {*refs(each.returned)}
    for step in rest:
        wanted |= {*refs(given(step)), *_inner(step)}
    back = [Ref(number) for number in sorted(made & wanted)]
    returned: Any = back[0] if len(back) == 1 else (*back,)
    pass_ = Pass(
        dict(zip(names, taken, strict=True)), tuple(steps[at] for at in order), returned
    )
    outputs = tuple(tensors[one.number] for one in back)
    place = steps[own[0]].place
    call = Step(owner, "", (*taken,), {}, outputs, returned, place, pass_)
    ends = own[-1] + 1
    before = [s for at, s in enumerate(steps[:ends]) if at not in inside | behind]
    after = [s for at, s in enumerate(steps[:ends]) if at in behind]
    return each._replace(steps=(*before, call, *after, *steps[ends:]))


def _between(steps: tuple[Step, ...], own: list[int]) -> set[int]:
    """Return the steps of a module, with those from one of them to another."""
    made: set[int] = set()
    reached: set[int] = set()
    for at in range(own[0], own[-1] + 1):
        if at in own or made & {*refs(given(steps[at]))}:
            made |= _made(steps[at])
            reached.add(at)
    needed: set[int] = set()
    inside: set[int] = set()
    for at in range(own[-1], own[0] - 1, -1):
        if at in own or (at in reached and needed & _made(steps[at])):
            needed |= {*refs(given(steps[at]))}
            inside.add(at)
    return inside


def _made(step: Step) -> set[int]:
    return {tensor.number for tensor in step.outputs} | {*refs(step.returned)} - {
        *refs(given(step))
    }


def _inner(step: Step) -> set[int]:
    """Return the tensors that the steps inside of a call take."""
    if step.pass_ is None:
        return set()
    found: set[int] = {*refs(step.pass_.returned)}
    for each in step.pass_.steps:
        found |= {*refs(given(each)), *_inner(each)}
    return found

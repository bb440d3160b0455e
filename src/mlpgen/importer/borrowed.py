"""Layers whose weights the class around changes before it uses them.

`F.linear(x, self.qkv.weight, changed(self.qkv.bias))` never calls `qkv`. It becomes a
call of `qkv` with all that is done to its weights inside, so that the keys stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.needed import keys, refs
from mlpgen.importer.recording import Pass, Ref
from mlpgen.importer.weights import given

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.importer.recording import Module


def with_borrowed(each: Pass, modules: Mapping[str, Module], path: str = "") -> Pass:
    """Return a forward pass in which such layers are called."""
    steps = tuple(
        step
        if step.pass_ is None
        else step._replace(pass_=with_borrowed(step.pass_, modules, step.module))
        for step in each.steps
    )
    each = each._replace(steps=steps)
    for owner in dict.fromkeys(_owners(each)):
        module = modules.get(owner)
        inside = owner != path and owner.startswith(f"{path}." if path else "")
        called = any(step.module == owner for step in each.steps)
        if module is not None and module.leaf and inside and not called:
            each = _with_call(each, owner)
    return each


def _owners(each: Pass) -> Iterator[str]:
    for step in each.steps:
        if step.function:
            yield from (key.rpartition(".")[0] for key in keys(given(step)))


def _with_call(each: Pass, owner: str) -> Pass:
    """Put what is done to the weights of a layer, and its use, into one call."""
    made: set[int] = set()
    changes: list[int] = []
    uses: list[int] = []
    for index, step in enumerate(each.steps):
        owners = {key.rpartition(".")[0] for key in keys(given(step))}
        taken = {*refs(given(step))}
        if owner not in owners and not taken & made:
            continue
        if step.function and owners <= {owner} and taken <= made:
            changes.append(index)
            made |= {output.number for output in step.outputs}
        else:
            uses.append(index)
    if not changes or len(uses) != 1 or made & {*refs(each.returned)}:
        return each
    use = each.steps[uses[0]]
    others = {*refs(given(use))} - made
    owners = {key.rpartition(".")[0] for key in keys(given(use))}
    if not use.function or len(others) != 1 or not owners <= {owner}:
        return each
    taken_ref = Ref(others.pop())
    inner = (*(each.steps[at] for at in changes), use)
    call = use._replace(
        module=owner,
        function="",
        args=(taken_ref,),
        kwargs={},
        pass_=Pass({"input": taken_ref}, inner, use.returned),
    )
    steps = tuple(
        call if at == uses[0] else step
        for at, step in enumerate(each.steps)
        if at not in changes
    )
    return each._replace(steps=steps)

"""Which tensors of the model, and of the pass, a call is given."""

from __future__ import annotations

from math import prod
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Entry
from mlpgen.importer.calls import UnsaidError, bound
from mlpgen.importer.recording import Ref, State, Structure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.importer.recording import Member, Module, Pass, Place, Step, Tensor

_LEAVES = {
    *("linear", "conv1d", "conv2d", "conv3d", "embedding"),
    *("layer_norm", "rms_norm", "group_norm", "batch_norm"),
}
"""Functions that are a layer, if the weights are those of one."""


def member_named(module: Module, name: str) -> Member:
    """Return a parameter or a buffer of a module, with the way it is initialized."""
    member = next(each for each in module.members if each.name == name)
    usual = module.type == "Embedding" and member.init is None
    return member._replace(init="normal_") if usual else member


def tensor_entry(member: Member, place: Place) -> Entry:
    """Return the entry of a parameter or a buffer.

    Raises:
        UnsaidError: It is a table of more numbers than a spec should have.
    """
    shape = [*member.shape] if member.rows == 1 else [1, *member.shape[1:]]
    arguments: dict[str, Any] = {"shape": shape}
    if member.parameter:
        if member.init not in (None, "zeros_"):
            arguments["init"] = member.init
    else:
        if member.values is not None and member.dtype != "float64":
            arguments["values"] = member.values
        elif not member.persistent or not member.dtype.startswith("float"):
            count = prod(member.shape)
            message = f"the buffer `{member.name}` has {count:,} numbers of its own"
            raise UnsaidError(message, place)
        if not member.persistent:
            arguments["persistent"] = False
    type_ = "parameter" if member.parameter else "buffer"
    return Entry(type_, arguments, (), member.name, key=True, place=place)


def kept_entry(tensor: Tensor, place: Place) -> Entry | None:
    """Return the buffer of a tensor that the author keeps in an attribute."""
    values = tensor.row if tensor.batch == 0 else tensor.values
    if values is None or tensor.batch > 0 or not tensor.shape:
        return None
    arguments = {"values": values, "shape": [*tensor.shape], "persistent": False}
    return Entry("buffer", arguments, (), place=place)


def given(step: Step) -> tuple[Any, ...]:
    """Return all arguments of a call."""
    return (*step.args, *step.kwargs.values())


def _keys(step: Step) -> list[str]:
    return [each.key for each in given(step) if isinstance(each, State)]


def owner_of_weights(step: Step) -> str:
    """Return the module whose weights a function of a layer is given."""
    if step.function.rpartition(".")[2] != "linear":
        return ""
    owners = {key.rpartition(".")[0] for key in _keys(step)}
    return owners.pop() if len(owners) == 1 else ""


def wrapped_layer(path: str, module: Module, inside: Pass) -> tuple[int, Module] | None:
    """Return the step in which a class calls the function of a layer, and that layer.

    The class derives from the layer, or has its parameters itself.
    """
    found = [at for at, each in enumerate(inside.steps) if _keys(each)]
    if len(found) != 1:
        return None
    step = inside.steps[found[0]]
    keys = {f"{path}.{member.name}" for member in module.members}
    keys -= {f"{path}.num_batches_tracked"}
    name = step.function.rpartition(".")[2]
    if name not in _LEAVES or {*_keys(step)} != keys:
        return None
    if module.base:
        layer = module._replace(type=module.base, arguments=module.base_arguments)
        return found[0], layer
    own = _norm(path, module, step) if name in _NORMS else None
    return None if own is None else (found[0], own)


_NORMS = {
    "layer_norm": ("LayerNorm", "input normalized_shape weight=None bias=None eps"),
    "rms_norm": ("RMSNorm", "input normalized_shape weight=None eps"),
    "group_norm": ("GroupNorm", "input num_groups weight=None bias=None eps"),
}
"""Layers whose function says all that makes them: their types, and its arguments."""


def _norm(path: str, module: Module, step: Step) -> Module | None:
    """Return the normalization that a class with its own parameters is."""
    type_, signature = _NORMS[step.function.rpartition(".")[2]]
    named = bound(signature, step)
    inits = {"weight": "ones_", "bias": "zeros_"}
    for member in module.members:
        key = State(f"{path}.{member.name}")
        if named.get(member.name) != key or member.init != inits.get(member.name):
            return None
    arguments = {
        name: [*value] if type(value) is tuple else value
        for name, value in named.items()
        if name not in ("input", "weight", "bias") and value is not None
    }
    if type_ == "LayerNorm":
        arguments["bias"] = "bias" in {member.name for member in module.members}
    return module._replace(type=type_, arguments=arguments)


def unwrapped(
    step: Step, inside: Pass, modules: Mapping[str, Module], around: str
) -> tuple[tuple[Step, ...], Step, Module, tuple[Step, ...]] | None:
    """Return the layer that a class wraps: what is before, its call, it, and the rest.

    Args:
        step: The call of the class.
        inside: What it calls.
        modules: Those of the model.
        around: The module that calls it.
    """
    alone = len(inside.steps) == 1 or not modules[around].chain
    if not alone and step.module.rpartition(".")[2].isdigit():
        return None  # it needs its number
    found = wrapped_layer(step.module, modules[step.module], inside)
    if found is None:
        return None
    at, layer = found
    taken = next(each for each in given(inside.steps[at]) if isinstance(each, Ref))
    call = as_call(inside.steps[at], step.module, taken)
    return inside.steps[:at], call, layer, inside.steps[at + 1 :]


def tensor_arguments(each: Pass) -> dict[str, Any]:
    """Return the arguments of a module that are tensors, by name."""
    found: dict[str, Any] = {}
    for name, value in each.inputs.items():
        if isinstance(value, Ref | State):
            found[name] = value
        else:
            for index, ref in enumerate(tensors_in(value)):
                found[f"{name}_{letters(index)}"] = ref
    return found


def letters(index: int) -> str:
    """Count in letters: a to z, aa, ab."""
    before, last = divmod(index, 26)
    return (letters(before - 1) if before else "") + ascii_lowercase[last]


def tensors_in(value: Any) -> list[Any]:
    """Return the tensors in a value."""
    if isinstance(value, Ref | State):
        return [value]
    if isinstance(value, Structure):
        return [ref for each in value.fields.values() for ref in tensors_in(each)]
    if type(value) in (tuple, list):
        return [ref for each in value for ref in tensors_in(each)]
    return []


def owner_tied(module: Module, path: str, place: Place) -> str:
    """Return the module whose weight another one has; empty if it has its own.

    Raises:
        UnsaidError: It is in another class than the one at `path`.
    """
    tied = [member.tied for member in module.members if member.tied]
    owner = tied[0].rpartition(".")[0] if tied else ""
    if owner and path and not owner.startswith(f"{path}."):
        raise UnsaidError(f"its weight is that of `{owner}`, in another class", place)
    return owner


def linear_call(
    step: Step, owner: str, module: Module | None, path: str
) -> Step | None:
    """Return `F.linear(x, self.proj.weight, self.proj.bias)` as `proj(x)`.

    If `proj` has no bias, a computed one must be added to that.

    Args:
        step: The call of a function.
        owner: The module whose weights it takes.
        module: The same; None if it is no other module.
        path: The class that calls it.
    """
    inside = owner.startswith(f"{path}." if path else "")
    if module is None or not module.leaf or not inside or module.type != "Linear":
        return None
    named = bound("input weight bias=None", step)
    wanted = [f"{owner}.{member.name}" for member in module.members]
    keys = [each.key for each in named.values() if isinstance(each, State)]
    if keys != wanted or not isinstance(named["input"], Ref):
        return None
    return as_call(step, owner, named["input"])


def computed_bias(step: Step) -> Ref | None:
    """Return the bias of `F.linear(x, self.proj.weight, bias)` that is computed."""
    bias = bound("input weight bias=None", step)["bias"]
    return bias if isinstance(bias, Ref) else None


def as_call(step: Step, path: str, taken: Ref) -> Step:
    """Return the call of a function as that of a module."""
    return step._replace(module=path, function="", args=(taken,), kwargs={})

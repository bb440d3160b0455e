"""What the translations of functions share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.calls import Value, bound, listed
from mlpgen.importer.layout import Layout, LayoutError
from mlpgen.importer.recording import Batch, Ref, State, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.importer.calls import Call, Handler

SAME = {"contiguous", "clone", "detach_", "requires_grad_", "cpu", "cuda", "type_as"}
SAME |= {"alias", "resolve_conj", "positive", "view_as_same", "checkpoint"}


def written(call: Call, signature: str) -> dict[str, Any]:
    """Return the arguments that the entry has, where they are not the defaults."""
    given = bound(signature, call.step)
    fields = FUNCTIONS[call.name].model_fields
    return {
        name: value
        for name, value in given.items()
        if name in fields and value != fields[name].default and value is not None
    }


def result(call: Call, source: Any, like: Value, **changes: Any) -> Value:
    """Return the result of a call as a value that is like another one."""
    return like._replace(source=source, dtype=dtype_of(call), **changes)


def dtype_of(call: Call) -> str:
    """Return the dtype of what a call gives."""
    return call.step.outputs[0].dtype if call.step.outputs else "float32"


def need_numbers(call: Call, given: dict[str, Any]) -> None:
    """Refuse arguments that depend on the input."""
    for name, value in given.items():
        for each in listed(value):
            if isinstance(each, Ref | State | Batch | Unknown):
                raise call.refuse(f"`{name}` must be a number that is known")


def first_batched(values: Sequence[Value]) -> Value:
    """Return the first value with a batch, in the spec if there is such a one."""
    batched = [each for each in values if each.layout.batch >= 0] or [*values]
    return next((each for each in batched if not each.alone), batched[0])


def widest(values: list[Value]) -> Value:
    """Return a value with the layout of the broadcast result."""
    batched = [each for each in values if each.layout.batch >= 0 and not each.alone]
    like = max(batched or values, key=lambda each: each.layout.rank)
    dims = [*like.layout.dims]
    for value in values:
        own = value.layout.dims
        for index in range(1, len(own) + 1):
            if index <= len(dims) and dims[-index] == (1,) and own[-index] != (1,):
                dims[-index] = own[-index]
    batch = like.layout.batch
    if len(dims) < max(value.layout.rank for value in values):
        raise LayoutError("it broadcasts the batch over another dimension")
    missing = like.layout.missing and not any(
        value.layout.rank == len(dims) for value in values if not value.layout.missing
    )
    layout = like.layout._replace(dims=(*dims,), batch=batch, missing=missing)
    return like._replace(layout=layout)


def aligned(call: Call, values: list[Value]) -> list[Value]:
    """Check that torch's broadcasting means the same where the batch comes first."""
    batched = [each for each in values if each.layout.batch >= 0 and not each.alone]
    if not batched:
        return values
    like = max(batched, key=lambda each: each.layout.rank)
    for value in values:
        if value.layout.batch < 0 or value.alone:
            if not like.layout.plain:
                value_dims = value.layout.rank
                behind = like.layout.rank - like.layout.batch - 1
                if value_dims > behind:
                    sizes = value.layout.dims[: value_dims - behind]
                    if any(size != (1,) for size in sizes):
                        raise call.refuse("it broadcasts over the batch")
            continue
        same_side = like.layout.rank - like.layout.batch
        if value.layout.rank - value.layout.batch != same_side:
            raise call.refuse("the batches of its inputs are different dimensions")
        one, other = like.layout, value.layout
        if (one.dims[one.batch], one.before) != (other.dims[other.batch], other.before):
            raise call.refuse("the batches of its inputs are different dimensions")
    return values


def dims_of(layout: Layout, dims: list[int], raw: Any) -> Any:
    """Return dimensions as mlpgen counts them, one or a list as it was given."""
    found = [layout.kept(checked(layout, each)) for each in dims]
    return found if type(raw) in (list, tuple) and len(found) > 1 else found[0]


def checked(layout: Layout, dim: int) -> int:
    """Return a dimension, unless it is that of the batch."""
    layout.dim(dim)
    return dim


def is_tensor(value: Any) -> bool:
    """Return whether an argument is a tensor."""
    return isinstance(value, Ref | State)


def same(call: Call) -> Iterable[Value]:
    """Translate a call that changes nothing."""
    yield call.value(call.step.args[0])


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(SAME, same),
}

"""Compares two forward passes with batches of two sizes: what follows the batch?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.recorder.places import CannotSayError
from mlpgen.importer.recording import (
    Batch,
    Pass,
    Place,
    Slice,
    Step,
    Structure,
    Tensor,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZES = (2, 3)
"""The sizes of the batches."""


def paired(
    passes: Sequence[Pass], tensors: Sequence[Mapping[int, Tensor]]
) -> tuple[Pass, dict[int, Tensor]]:
    """Return the pass and its tensors with batches instead of numbers.

    Raises:
        CannotSayError: The code does something else for another batch.
    """
    one, other = tensors
    if len(one) != len(other):
        raise _other_code(
            passes[0].steps[-1].place if passes[0].steps else Place("", 0)
        )
    places = {
        tensor.number: step.place
        for step in _all_steps(passes[0])
        for tensor in step.outputs
    }
    found = {
        number: _tensor(tensor, other[number], places.get(number, Place("", 0)))
        for number, tensor in one.items()
    }
    return _pass(passes[0], passes[1], found), found


def _all_steps(each: Pass) -> list[Step]:
    found = []
    for step in each.steps:
        found.append(step)
        if step.pass_ is not None:
            found += _all_steps(step.pass_)
    return found


def _other_code(place: Place) -> CannotSayError:
    return CannotSayError("the code does something else for another batch size", place)


def _tensor(one: Tensor, other: Tensor, place: Place) -> Tensor:
    if len(one.shape) != len(other.shape) or one.dtype != other.dtype:
        raise _other_code(place)
    pairs = [*zip(one.shape, other.shape, strict=True)]
    differing = [index for index, (a, b) in enumerate(pairs) if a != b]
    if not differing:
        return one if one.values == other.values else one._replace(values=None)
    at = differing[0]
    times = _times(*pairs[at])
    if len(differing) > 1 or times is None:
        message = "the batch is in several dimensions of a tensor, or in none alone"
        raise CannotSayError(message, place)
    shape = (*one.shape[:at], times, *one.shape[at + 1 :])
    row = one.row if at == 0 and times == 1 and one.row == other.row else None
    return one._replace(shape=shape, batch=at, values=None, row=row)


def _times(one: int, other: int) -> int | None:
    """Return how many batches two numbers are."""
    if one * SIZES[1] == other * SIZES[0] and one % SIZES[0] == 0:
        return one // SIZES[0]
    return None


def _pass(one: Pass, other: Pass, found: Mapping[int, Tensor]) -> Pass:
    if len(one.steps) != len(other.steps):
        raise _other_code(one.steps[-1].place if one.steps else Place("", 0))
    steps = [
        _step(step, twin, found)
        for step, twin in zip(one.steps, other.steps, strict=True)
    ]
    return Pass(one.inputs, (*steps,), one.returned)


def _step(one: Step, other: Step, found: Mapping[int, Tensor]) -> Step:
    if (one.module, one.function) != (other.module, other.function):
        raise _other_code(one.place)
    inside = one.pass_
    if inside is not None and other.pass_ is not None:
        try:
            inside = _pass(inside, other.pass_, found)
        except CannotSayError as error:
            error.path = error.path or one.module
            raise
    return one._replace(
        args=_argument(one.args, other.args, one.place),
        kwargs=_argument(one.kwargs, other.kwargs, one.place),
        outputs=tuple(found[each.number] for each in one.outputs),
        pass_=inside,
    )


def _argument(one: Any, other: Any, place: Place) -> Any:
    """Return what two arguments are for any batch."""
    if type(one) is not type(other):
        raise _other_code(place)
    if isinstance(one, bool | str) or one is None:
        if one != other:
            raise _other_code(place)
        return one
    if isinstance(one, int | float):
        return one if one == other else _batches(one, other, place)
    if isinstance(one, Slice):
        return Slice(*(_argument(a, b, place) for a, b in zip(one, other, strict=True)))
    if isinstance(one, Structure):
        return Structure(one.type, _argument(one.fields, other.fields, place))
    if isinstance(one, dict):
        if one.keys() != other.keys():
            raise _other_code(place)
        return {key: _argument(one[key], other[key], place) for key in one}
    if type(one) in (list, tuple):
        if len(one) != len(other):
            raise _other_code(place)
        return type(one)(
            _argument(a, b, place) for a, b in zip(one, other, strict=True)
        )
    return one


def _batches(one: float, other: float, place: Place) -> Batch:
    times = (
        _times(one, other) if isinstance(one, int) and isinstance(other, int) else None
    )
    if times is None:
        raise CannotSayError("a number depends on the size of the batch", place)
    return Batch(times)

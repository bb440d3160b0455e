"""Tensors whose first dimension is the batch times something: `batch_dims` in a spec.

Where the batch is outermost in `x.reshape(batch * 8, 3, 64, 64)`, mlpgen has the 8
behind the batch, and with `batch_dims: 2` a layer sees what the author's sees.
"""

from __future__ import annotations

from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mlpgen.importer.calls import UnsaidError
from mlpgen.importer.recording import Batch, Slice, Step, Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlpgen.importer.calls import Value
    from mlpgen.importer.layout import Shape
    from mlpgen.importer.recording import Place

    Way = TypeVar("Way")
    Found = TypeVar("Found")

KEY = "batch_dims"


class Sight(NamedTuple):
    """What a class sees of the batch.

    Attributes:
        sizes: What counts as batch besides it.
        strict: Whether nothing inside may see more, since the class around may.
    """

    sizes: Shape = ()
    strict: bool = False

    def inside(self, sizes: Shape, *, strict: bool = False) -> Sight:
        """Return what a class or a function inside sees."""
        return Sight((*self.sizes, *sizes), strict)

    def beside(self, values: Iterable[Value]) -> Shape:
        """Return what is in the first dimension behind the batch, if it is in all."""
        if self.strict:
            return ()
        layouts = [each.layout for each in values if _batched(each)]
        found = {
            each.dims[0] if each.batch == 0 == each.before else () for each in layouts
        }
        return found.pop() if len(found) == 1 else ()

    def of(self, step: Step) -> Step:
        """Return a call with the batches that are seen, which may be fewer."""
        count = prod(self.sizes)
        return step if count == 1 else _fewer(step, count)


NOTHING_MORE = Sight()


def _fewer(value: Any, count: int) -> Any:
    """Divide the number of batches in a value, where it can be."""
    if isinstance(value, Batch) and value.times % count == 0:
        return Batch(value.times // count)
    if isinstance(value, Tensor) and value.batch >= 0:
        at = value.batch
        if value.shape[at] % count == 0:
            shape = (
                *value.shape[:at],
                value.shape[at] // count,
                *value.shape[at + 1 :],
            )
            return value._replace(shape=shape)
    if isinstance(value, Slice | Step):
        return type(value)(*(_fewer(each, count) for each in value))
    if isinstance(value, dict):
        return {key: _fewer(each, count) for key, each in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_fewer(each, count) for each in value)
    return value


def first_said(ways: Sequence[Way], said: Callable[[Way], Found]) -> Found:
    """Say something in the first way that a spec can.

    Raises:
        UnsaidError: No spec can, with the reason of the last way.
    """
    for way in ways[:-1]:
        with suppress(UnsaidError):
            return said(way)
    return said(ways[-1])


def _batched(value: Value) -> bool:
    return value.layout.batch >= 0 and not value.alone


def options_for(sizes: Shape) -> dict[str, Any]:
    """Return the key of an entry that sees more examples."""
    return {KEY: 1 + len(sizes)} if sizes else {}


def seen(value: Value, sizes: Shape) -> Value:
    """Return a value as such an entry sees it."""
    layout = value.layout
    if not sizes or not _batched(value):
        return value
    return value._replace(layout=layout._replace(dims=((), *layout.dims[1:])))


def given_back(value: Value, sizes: Shape, place: Place) -> Value:
    """Return a result with what was behind the batch.

    Raises:
        UnsaidError: Its first dimension is no longer the batch.
    """
    layout = value.layout
    if not sizes or value.alone:
        return value
    if layout.batch or not layout.plain:
        raise UnsaidError("the batch is mixed with other dimensions", place)
    return value._replace(layout=layout._replace(dims=(sizes, *layout.dims[1:])))

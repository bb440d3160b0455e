"""Functions that change the shape: flatten, reshape, expand, repeat and others.

Shapes in a spec are those of one example; the code has a -1 before them, for the batch.
"""

from collections.abc import Mapping
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Positive
from mlpgen.functions.base import Dim, Module, Operation, axis_of, replaced
from mlpgen.layers.base import Function, Shape, ShapeError, Value, Values
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree
from mlpgen.symbols.equality import same
from mlpgen.symbols.sizes import is_symbolic

_AsTuple = Strict(strict=False)
Sizes = Annotated[
    tuple[Positive | Literal[-1], ...],
    _AsTuple,
    Field(min_length=1),
    Expects("a list of whole numbers of at least 1, or -1"),
]


class Flatten(Operation):
    """Flattens `start_dim` to `end_dim` into one, by default all but the batch."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "flatten: 1"
    example_input: ClassVar = (3, 8, 8)
    rule: ClassVar = "(N, A, B, *) → (N, A·B, *)"

    start_dim: Dim = 1
    end_dim: Dim = -1

    def results(self, values: Values) -> dict[str, Value]:
        """Multiply the sizes of the flattened dimensions."""
        value = values[0]
        start = axis_of("start_dim", self.start_dim, value)
        end = axis_of("end_dim", self.end_dim, value)
        if start > end:
            message = f"`start_dim` {self.start_dim} is after "
            message += f"`end_dim` {self.end_dim}"
            raise ShapeError("MG308", message, argument="end_dim")
        joined = prod(value.shape[start : end + 1])
        return self.result(
            value, (*value.shape[:start], joined, *value.shape[end + 1 :])
        )

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        ends = () if self.end_dim == -1 else (self.end_dim,)
        return Function(".flatten", (self.start_dim, *ends))


class Unflatten(Operation):
    """Splits the dimension `dim` into several; one of `sizes` may be -1."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "unflatten: {dim: -1, sizes: [4, -1]}"
    example_input: ClassVar = (16, 32)
    rule: ClassVar = "(N, *, A·B, *) → (N, *, A, B, *)"

    dim: Dim
    sizes: Sizes

    def results(self, values: Values) -> dict[str, Value]:
        """Check that the new sizes multiply to the old one."""
        value = values[0]
        at = axis_of("dim", self.dim, value)
        shape = resolved(self.title(), "sizes", self.sizes, (value.shape[at],))
        return self.result(value, replaced(value.shape, at, *shape))

    @classmethod
    def module(cls, arguments: Mapping[str, Any], value: Value) -> Module:
        """Return `Unflatten`, whose sizes have another name."""
        del value
        sizes = {"unflattened_size": arguments["sizes"]}
        return Module("Unflatten", {"dim": arguments["dim"], **sizes})

    def function(self) -> Function:
        """The function, which has types, unlike the method."""
        return Function("torch.unflatten", (self.dim, self.sizes))


class Reshape(Operation):
    """Reshapes a tensor; one size may be -1."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "reshape: [16, -1]"
    example_input: ClassVar = (16, 4, 8)
    rule: ClassVar = "(N, *) → (N, *shape)"

    shape: Sizes

    def results(self, values: Values) -> dict[str, Value]:
        """Check that the number of values stays the same."""
        value = values[0]
        shape = resolved(self.title(), "shape", self.shape, value.shape)
        return self.result(value, shape)

    @classmethod
    def module(cls, arguments: Mapping[str, Any], value: Value) -> Module | None:
        """Return `Flatten` to one dimension, or `Unflatten` of one."""
        shape = arguments["shape"]
        if not value.batched:
            return None
        if len(shape) == 1 and value.shape:
            return Module("Flatten", {})
        sizes = {"dim": 1, "unflattened_size": shape}
        return Module("Unflatten", sizes) if len(value.shape) == 1 else None

    def function_on(self, values: Values) -> Function:
        """Call the tensor method; its code has at most one -1, usually for the batch.

        A size that would need computation with parameters is -1 instead.
        """
        name, value = f".{self.title()}", values[0]
        try:
            shape = self.results(values)[""].shape
        except ShapeError:  # it is left out, so it may not fit
            if -1 in self.shape:
                return Function(name, self.shape, counts=value.batched)
            shape = self.shape
        found = zip(self.shape, shape, strict=True)
        if any(wanted == -1 and is_symbolic(size) for wanted, size in found):
            return Function(name, self.shape, counts=value.batched)
        return Function(name, (*_batch(value, -1), *shape))


class View(Reshape):
    """Reshapes a tensor without copying.

    torch refuses it if it would need a copy, usually after `permute` or `transpose`.
    mlpgen does not check this; `reshape` always works.
    """

    page: ClassVar = "Tensor.view"
    example: ClassVar = "view: [16, -1]"


class Expand(Operation):
    """Expands dimensions of size 1 without copying; -1 keeps a size.

    A tensor without a batch, such as learned queries, takes that of a second input.
    """

    arranges: ClassVar = True
    arity: ClassVar = (1, 2)
    returns_input: ClassVar = "always"
    page: ClassVar = "Tensor.expand"
    example: ClassVar = "expand: [4, -1]"
    example_input: ClassVar = (1, 8)
    rule: ClassVar = "(N, 1, *) → (N, k, *)"

    sizes: Sizes

    def results(self, values: Values) -> dict[str, Value]:
        """Change sizes of 1; a tensor without a batch may get leading dimensions."""
        value = _with_batch(values, len(self.sizes)) if values[1:] else values[0]
        more = _more(self, "sizes", self.sizes, value)
        old = (1,) * more + value.shape
        shape = []
        for index, (size, wanted) in enumerate(zip(old, self.sizes, strict=True)):
            kept = wanted == -1 and index >= more
            if not kept and (
                wanted == -1 or not (agree(size, wanted) or agree(size, 1))
            ):
                what = ", ".join(str(int(each)) for each in self.sizes)
                message = f"`expand` to {what} is not possible for "
                message += whole_shown(value)
                raise ShapeError("MG313", message, argument="sizes")
            shape.append(size if kept else wanted)
        return self.result(value, tuple(shape))

    def function_on(self, values: Values) -> Function:
        """Call the tensor method and keep the batch, or take that of the second."""
        if values[1:]:
            return Function(".expand", self.sizes, follows_batch=True)
        return Function(".expand", (*_batch(values[0], -1), *self.sizes))


def _with_batch(values: Values, sizes: int) -> Value:
    """Return a tensor without a batch with that of another; one with a batch keeps it.

    A leading dimension of 1, which is no size of the result, is that of the batch.

    Raises:
        ShapeError: MG302 or MG313.
    """
    value, beside = values
    if not beside.batched:
        message = "the second input of `expand` gives its batch to the first one, but "
        message += f"they are {whole_shown(value)} and {whole_shown(beside)}"
        raise ShapeError("MG313", message)
    if value.batched:
        return value
    shape = value.shape
    if len(shape) == sizes + 1 and shape[0] == 1 and not is_symbolic(shape[0]):
        shape = shape[1:]
    return value._replace(batched=True, shape=shape)


class Repeat(Operation):
    """Repeats the tensor along every dimension."""

    arranges: ClassVar = True
    page: ClassVar = "Tensor.repeat"
    example: ClassVar = "repeat: [2, 1]"
    example_input: ClassVar = (3, 8)
    rule: ClassVar = "(N, A, *) → (N, k·A, *)"

    repeats: Annotated[
        tuple[Positive, ...],
        _AsTuple,
        Field(min_length=1),
        Expects("a list of whole numbers of at least 1"),
    ]

    def results(self, values: Values) -> dict[str, Value]:
        """Multiply each size by its number."""
        value = values[0]
        more = _more(self, "repeats", self.repeats, value)
        old = (1,) * more + value.shape
        shape = tuple(a * b for a, b in zip(old, self.repeats, strict=True))
        return self.result(value, shape)

    def function_on(self, values: Values) -> Function:
        """Call the tensor method and keep the batch."""
        return Function(".repeat", (*_batch(values[0], 1), *self.repeats))


class RepeatInterleave(Operation):
    """Repeats each element of a dimension: a, a, b, b."""

    arranges: ClassVar = True
    example: ClassVar = "repeat_interleave: {repeats: 2, dim: 1}"
    example_input: ClassVar = (3, 8)
    rule: ClassVar = "(N, A, *) → (N, k·A, *)"

    repeats: Positive
    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Multiply the size by `repeats`."""
        value = values[0]
        at = axis_of("dim", self.dim, value)
        size = value.shape[at] * self.repeats
        return self.result(value, replaced(value.shape, at, size))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".repeat_interleave", (self.repeats,), {"dim": self.dim})


def resolved(name: str, argument: str, wanted: Shape, old: Shape) -> Shape:
    """Compute the size that is -1, so that the number of values stays the same.

    Raises:
        ShapeError: MG309; MG311 for a second -1.
    """
    if wanted.count(-1) > 1:
        message = f"`{argument}` of `{name}` has more than one -1"
        raise ShapeError("MG311", message, argument=argument)
    known, total = prod(size for size in wanted if size != -1), prod(old)
    fits = total % known == 0 if -1 in wanted else agree(total, known)
    if not fits:
        sizes = " × ".join(str(int(size)) for size in wanted if size != -1)
        before = " × ".join(str(int(size)) for size in old)
        does = "does not divide" if -1 in wanted else f"is {int(known)}, but"
        is_ = "" if str(int(total)) == before else f" is {int(total)}"
        message = f"`{name}`: {sizes} {does} {before}{is_}"
        raise ShapeError("MG309", message, argument=argument)
    rest = prod(_without(old, wanted)) // prod(_without(wanted, (*old, -1)))
    return tuple(rest if size == -1 else size for size in wanted)


def _without(sizes: Shape, others: Shape) -> Shape:
    """Remove sizes from others, if they are equal for all values of the parameters."""
    left = list(others)
    kept = []
    for size in sizes:
        twin = next((at for at, each in enumerate(left) if same(size, each)), None)
        if twin is None:
            kept.append(size)
        else:
            del left[twin]
    return tuple(kept)


def _more(operation: Operation, argument: str, sizes: Shape, value: Value) -> int:
    """Count the new leading dimensions, which only a tensor without a batch can get.

    Raises:
        ShapeError: MG302.
    """
    more = len(sizes) - len(value.shape)
    if more < 0 or (more and value.batched):
        message = f"`{operation.title()}` has {len(sizes)} numbers, but "
        message += f"{whole_shown(value)} has {len(value.shape)} sizes"
        message += " without the batch" * value.batched
        raise ShapeError("MG302", message, argument=argument)
    return more


def _batch(value: Value, size: int) -> Shape:
    return (size,) if value.batched else ()

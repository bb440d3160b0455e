"""Functions that split a tensor into named parts."""

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Positive, Structural
from mlpgen.functions.base import Dim, Operation, axis_of, replaced, same_dtypes
from mlpgen.layers.base import Function, Returned, Shape, ShapeError, Value, Values
from mlpgen.layers.shapes import whole_shown
from mlpgen.names.identifiers import wrong_name
from mlpgen.symbols.agreements import agree
from mlpgen.symbols.equality import divides

ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
"""Default names of parts."""

_AsTuple = Strict(strict=False)
Names = Annotated[
    Annotated[tuple[str, ...], _AsTuple] | None,
    Structural(),
    Expects("a list of names"),
]


def check_names(title: str, names: tuple[str, ...], count: int) -> None:
    """Check the names of the parts of a function.

    Raises:
        ShapeError: There are too many or too few, or one is wrong.
    """
    if len(names) != count:
        message = f"`{title}` returns {count} parts, but there are {len(names)}"
        raise ShapeError("MG311", f"{message} names", argument="names")
    for name in names:
        if wrong := wrong_name(name):
            raise ShapeError("MG205", f"`{name}`: {wrong}", argument="names")
    if len(set(names)) < count:
        message = f"two parts of `{title}` have the same name"
        raise ShapeError("MG206", message, argument="names")


class _Splitting(Operation):
    """Base of splits along `dim`; `names` is mlpgen's, and has a default.

    All parts are views of the input.
    """

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example_input: ClassVar[tuple[int, ...]] = (16, 12)

    dim: Dim
    names: Names = None

    @abstractmethod
    def parts(self, value: Value, at: int) -> list[Shape]:
        """Return the shapes of the parts."""

    def inferred_from(self, values: Values) -> dict[str, Any]:
        """Return default names of the parts, which `returned` needs."""
        if self.names is not None:
            return {}
        at = axis_of("dim", self.dim, values[0])
        return {"names": ORDINALS[: len(self.parts(values[0], at))]}

    def results(self, values: Values) -> dict[str, Value]:
        """Return the parts by name."""
        value = values[0]
        shapes = self.parts(value, axis_of("dim", self.dim, value))
        names = ORDINALS[: len(shapes)] if self.names is None else self.names
        check_names(self.title(), names, len(shapes))
        return {
            name: value._replace(shape=shape)
            for name, shape in zip(names, shapes, strict=True)
        }

    def returned(self) -> Returned:
        """Return a tuple of the parts."""
        return self.names or ()


class Chunk(_Splitting):
    """Splits a dimension into parts of equal size; the last one may be smaller."""

    example: ClassVar = "chunk: {chunks: 3, dim: -1, names: [q, k, v]}"
    rule: ClassVar = "(N, *, k·A) → k times (N, *, A)"

    chunks: Annotated[int, Field(ge=1), Structural(), Expects("a number of parts")]
    dim: Dim
    names: Names = None

    def parts(self, value: Value, at: int) -> list[Shape]:
        """Divide the size by `chunks` and round up."""
        size = value.shape[at]
        uneven = not divides(self.chunks, size)
        each = (size + (self.chunks - 1) if uneven else size) // self.chunks
        last = size - each * (self.chunks - 1) if uneven else each
        if last < 1:
            message = (
                f"`chunk` cannot split the size {int(size)} into {self.chunks} parts"
            )
            raise ShapeError("MG303", message, argument="chunks")
        sizes = [each] * (self.chunks - 1) + [last]
        return [replaced(value.shape, at, part) for part in sizes]

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".chunk", (self.chunks,), {"dim": self.dim})


class Split(_Splitting):
    """Splits a dimension into parts of one size, or of the sizes in a list."""

    example: ClassVar = "split: {split_size_or_sections: [4, 8], dim: -1}"
    rule: ClassVar = "(N, *, A + B) → (N, *, A), (N, *, B)"

    split_size_or_sections: Annotated[
        Positive | Annotated[tuple[Positive, ...], _AsTuple, Field(min_length=1)],
        Expects("a whole number of at least 1, or a list of them"),
    ]
    dim: Dim
    names: Names = None

    def parts(self, value: Value, at: int) -> list[Shape]:
        """Use the sizes; if there is only one, the last part may be smaller."""
        size, asked = value.shape[at], self.split_size_or_sections
        if isinstance(asked, tuple):
            if not agree(sum(asked), size):
                message = (
                    f"the sizes {', '.join(map(str, asked))} of `split` add up to "
                )
                message += f"{sum(asked)}, but dimension {self.dim} has {int(size)}"
                raise ShapeError("MG309", message, argument="split_size_or_sections")
            return [replaced(value.shape, at, part) for part in asked]
        count = -(-int(size) // int(asked))
        agree(-(-size // asked), count)  # since there is a name for each part
        last = size - asked * (count - 1)
        sizes = [asked] * (count - 1) + [last]
        return [replaced(value.shape, at, part) for part in sizes]

    def function(self) -> Function:
        """Call the function with a list of sizes; it has types, unlike the method."""
        asked = self.split_size_or_sections
        sizes = list(asked) if isinstance(asked, tuple) else asked
        return Function("torch.split", (sizes,), {"dim": self.dim})


class Unbind(_Splitting):
    """Removes a dimension: one part for each of its indices."""

    example: ClassVar = "unbind: {dim: 1, names: [q, k, v]}"
    example_input: ClassVar = (3, 8)
    rule: ClassVar = "(N, k, *) → k times (N, *)"

    def parts(self, value: Value, at: int) -> list[Shape]:
        """Remove the dimension."""
        count = int(value.shape[at])
        agree(value.shape[at], count)  # since there is a name for each part
        return [replaced(value.shape, at)] * count

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".unbind", (self.dim,))


class Meshgrid(Operation):
    """Spreads vectors without a batch over a grid: each part has the size of all."""

    arity: ClassVar = (2, 4)
    lists_inputs: ClassVar = True
    returns_input: ClassVar = "always"
    arranges: ClassVar = True
    example: ClassVar = "meshgrid: {names: [rows, columns]}"
    example_inputs: ClassVar = (
        Value((4,), batched=False),
        Value((6,), batched=False),
    )
    rule: ClassVar = "(A), (B) → 2 times (A, B), without a batch"

    indexing: Literal["ij"] = "ij"
    names: Names = None

    def inferred_from(self, values: Values) -> dict[str, Any]:
        """Return default names of the parts, which `returned` needs."""
        return {} if self.names else {"names": ORDINALS[: len(values)]}

    def results(self, values: Values) -> dict[str, Value]:
        """Return the parts by name."""
        for value in values:
            if value.batched or len(value.shape) != 1:
                message = "`meshgrid` expects vectors without a batch, but got "
                raise ShapeError("MG313", message + whole_shown(value))
        same_dtypes("meshgrid", values)
        names = self.names or ORDINALS[: len(values)]
        check_names("meshgrid", names, len(values))
        shape = tuple(value.shape[0] for value in values)
        parts = (value._replace(shape=shape) for value in values)
        return dict(zip(names, parts, strict=True))

    def returned(self) -> Returned:
        """Return a tuple of the parts."""
        return self.names or ()

    def function(self) -> Function:
        """Call the torch function of the same name; rows come first."""
        return Function("torch.meshgrid", (), {"indexing": "ij"}, gathers=True)

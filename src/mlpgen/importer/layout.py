"""Where the batch is in a tensor of the author, and where mlpgen has it.

mlpgen keeps the batch first. The author may keep it elsewhere (a sequence comes first),
or have one dimension for the batch and something else (windows of images). A layout
says where it is; the other dimensions have the same order in both.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

Shape = tuple[int, ...]


class LayoutError(Exception):
    """An operation mixes the batch with other dimensions."""


class Layout(NamedTuple):
    """A tensor of the author, as mlpgen has it.

    Attributes:
        dims: For each dimension of the author, the sizes that mlpgen has for it; the
            dimension with the batch lists what is in it besides the batch.
        batch: The dimension with the batch; -1 if none has it.
        before: How many of the sizes in that dimension are outside of the batch.
        missing: Whether mlpgen has no batch, since all examples have the same.
    """

    dims: tuple[Shape, ...]
    batch: int
    before: int = 0
    missing: bool = False

    @property
    def shape(self) -> Shape:
        """The shape in mlpgen, without the batch."""
        return tuple(size for dim in self.dims for size in dim)

    @property
    def plain(self) -> bool:
        """Whether the batch is the first dimension and alone, or nowhere."""
        first = self.batch == 0 and not self.dims[0] and not self.missing
        return self.batch == -1 or first

    @property
    def batched(self) -> bool:
        """Whether mlpgen has a batch, which is then its first dimension."""
        return self.batch >= 0 and not self.missing

    @property
    def rank(self) -> int:
        """The number of the author's dimensions."""
        return len(self.dims)

    def dim(self, dim: int) -> int:
        """Return mlpgen's number of a dimension, which counts the batch.

        Raises:
            LayoutError: The dimension has the batch, or is several in mlpgen.
        """
        at = dim + self.rank if dim < 0 else dim
        if not 0 <= at < self.rank:
            raise LayoutError(f"there is no dimension {dim}")
        if at == self.batch:
            raise LayoutError("it works on the batch")
        if len(self.dims[at]) != 1:
            raise LayoutError("a dimension of the author is several here")
        begin = sum(len(each) for each in self.dims[:at])
        return begin + self.batched

    def kept(self, dim: int) -> int:
        """Return a dimension as the author wrote it, where it is the same."""
        return dim if self.plain else self.dim(dim)

    def axes(self, dim: int) -> list[int]:
        """Return the axes of the shape that a dimension has."""
        at = dim % self.rank
        begin = sum(len(each) for each in self.dims[:at])
        return [*range(begin, begin + len(self.dims[at]))]

    def without(self, dim: int) -> Layout:
        """Remove a dimension."""
        at = dim % self.rank
        if at == self.batch:
            raise LayoutError("it removes the batch")
        dims = (*self.dims[:at], *self.dims[at + 1 :])
        return self._replace(dims=dims, batch=self.batch - (at < self.batch))

    def with_dim(self, dim: int, size: int) -> Layout:
        """Insert a dimension."""
        at = dim + self.rank + 1 if dim < 0 else dim
        dims = (*self.dims[:at], (size,), *self.dims[at:])
        moved = self.batch >= 0 and at <= self.batch
        return self._replace(dims=dims, batch=self.batch + moved)

    def resized(self, dim: int, size: int) -> Layout:
        """Change the size of a dimension."""
        at = dim % self.rank
        dims = (*self.dims[:at], (size,), *self.dims[at + 1 :])
        return self._replace(dims=dims)

    def permuted(self, order: tuple[int, ...]) -> Layout:
        """Order the dimensions anew."""
        order = tuple(each % self.rank for each in order)
        batch = order.index(self.batch) if self.batch >= 0 else -1
        return self._replace(dims=tuple(self.dims[each] for each in order), batch=batch)

    def permutation(self, order: tuple[int, ...]) -> list[int]:
        """Return the axes of the shape in the new order."""
        return [axis for each in order for axis in self.axes(each)]

    def reshaped(self, shape: Shape, batch: int, *, grouped: bool = False) -> Layout:
        """Return the layout after a reshape.

        Args:
            shape: The author's new shape, with how many batches there are at `batch`.
            batch: The new dimension of the batch.
            grouped: Whether the batch is there together with another dimension, even if
                that has one element.

        Raises:
            LayoutError: Dimensions on both sides of the batch are mixed.
        """
        if self.batch < 0 or batch < 0:
            if self.batch >= 0 or batch >= 0:
                raise LayoutError("it makes the batch from something else")
            return Layout(tuple((size,) for size in shape), -1)
        inside = self.dims[self.batch]
        outside = prod(prod(dim) for dim in self.dims[: self.batch])
        outside *= prod(inside[: self.before])
        taken = prod(shape[:batch])
        if outside % taken or shape[batch] % (outside // taken):
            raise LayoutError("it mixes the batch with other dimensions")
        before = outside // taken
        group = tuple(size for size in (before, shape[batch] // before) if size > 1)
        group = group or (1,) * grouped
        dims: list[Shape] = [(size,) for size in shape]
        dims[batch] = group
        return Layout((*dims,), batch, int(before > 1), self.missing)


def layout_of(shape: Shape, batch: int, times: int = 1) -> Layout:
    """Return the layout of an input, or of the result of a layer.

    Raises:
        LayoutError: There are several batches in the dimension.
    """
    if batch >= 0 and times != 1:
        raise LayoutError("the batch is mixed with other dimensions")
    dims = tuple(() if at == batch else (size,) for at, size in enumerate(shape))
    return Layout(dims, batch)

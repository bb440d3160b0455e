"""Tables of whole numbers that follow from places on a grid, as functions make them.

An attention over windows has one: for each pair of places the number of the bias for
the step between them. It has too many numbers for a spec, but few lines make it.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

FEWEST, MOST = 32, 2**22
"""How many numbers a table has that is tried."""

Layers = list[Any]
"""The layers of a buffer, as a spec has them."""


class Axis(NamedTuple):
    """One of the two axes of a grid.

    Attributes:
        one: How many places the rows of the table have on it.
        other: How many places the columns have.
        stride: How far the places of the rows are apart.
        factor: What a step counts.
    """

    one: int
    other: int
    stride: int
    factor: int

    def steps(self, *, signed: bool) -> Tensor:
        """Return the steps between all pairs of places."""
        begin = torch.arange(self.one) * self.stride
        found = begin[:, None] - torch.arange(self.other)
        return found if signed else found.abs()


class Grid(NamedTuple):
    """Numbers of steps between the places of two grids.

    Attributes:
        rows: Steps down.
        columns: Steps to the right.
        signed: Whether steps to both sides differ.
        first: The number of no step.
    """

    rows: Axis
    columns: Axis
    signed: bool
    first: int

    def table(self) -> Tensor:
        """Return all numbers."""
        rows = self.rows.steps(signed=self.signed) * self.rows.factor
        columns = self.columns.steps(signed=self.signed) * self.columns.factor
        total = rows[:, None, :, None] + columns[None, :, None, :] + self.first
        return total.reshape(self.rows.one * self.columns.one, -1)


def layers_of(tensor: Tensor) -> Layers | None:
    """Return the layers that make a table; None if it is none."""
    if (
        tensor.dtype != torch.int64
        or not FEWEST <= tensor.numel() <= MOST
        or tensor.is_meta
    ):
        return None
    table = tensor
    if tensor.dim() == 1:
        side = isqrt(tensor.numel())
        table = tensor.reshape(side, side) if side**2 == tensor.numel() else tensor
    if table.dim() != 2 or min(table.shape) < 2:
        return None
    shape = [*tensor.shape]
    grid = _grid(table)
    if grid is not None:
        return [*_grid_layers(grid, shape)]
    inner = _grid(table[1:, 1:])
    if inner is None or not _bordered(table) or tensor.dim() == 1:
        return None
    size = [each - 1 for each in shape]
    return [*_grid_layers(inner, size), *_border_layers(table, size)]


def _bordered(table: Tensor) -> bool:
    """Return whether a place of its own has one number for each direction."""
    return all(bool((line == line[0]).all()) for line in (table[0, 1:], table[1:, 0]))


def _grid(table: Tensor) -> Grid | None:
    """Return the grid that a table is of, by its first row and first column."""
    if min(table.shape) < 2:
        return None
    one, other = _line(table[:, 0]), _line(table[0])
    if one is None or other is None:
        return None
    first = int(table[0, 0])
    for signed in (True, False):
        axes = []
        for (count, step), (length, back) in zip(one, other, strict=True):
            factor = -back if signed else back
            if not factor or step % factor or step // factor < 1:
                break
            axes.append(Axis(count, length, step // factor, factor))
        else:
            grid = Grid(axes[0], axes[1], signed, first)
            if torch.equal(grid.table(), table):
                return grid
    return None


def _line(numbers: Tensor) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return how many rows and columns a line of a grid has, and what a step adds."""
    steps = numbers.diff()
    ends = (steps != steps[0]).nonzero().flatten()
    width = int(ends[0]) + 1 if len(ends) else isqrt(len(numbers))
    if width < 1 or len(numbers) % width:
        return None
    right = int(steps[0]) if width > 1 else 0
    down = int(numbers[width] - numbers[0]) if len(numbers) > width else 0
    return (len(numbers) // width, down), (width, right)


def _grid_layers(grid: Grid, shape: list[int]) -> Iterator[Any]:
    rows, columns = grid.rows, grid.columns
    yield from _axis_layers(rows, signed=grid.signed, name="down")
    yield from _scaled(rows)
    yield {"reshape": [rows.one, 1, rows.other, 1], "name": "rows"}
    if rows._replace(factor=columns.factor) == columns:
        yield from _scaled(columns, "down")
        source = {} if columns.factor != 1 else {"from": "down"}
    else:
        yield from _axis_layers(columns, signed=grid.signed, name="right")
        yield from _scaled(columns)
        source = {}
    shaped = [1, columns.one, 1, columns.other]
    yield {"reshape": shaped, **source, "name": "columns"}
    yield {"add": None, "from": ["rows", "columns"]}
    if grid.first:
        yield {"add": grid.first}
    yield {"reshape": shape, "name": "inner"}


def _axis_layers(axis: Axis, *, signed: bool, name: str) -> Iterator[Any]:
    """Make the steps between all pairs of places."""
    end = axis.one * axis.stride
    step = {"end": end, "step": axis.stride} if axis.stride > 1 else end
    again = axis.one == axis.other and axis.stride == 1
    yield {"arange": step, "name": f"{name}_from"}
    if not again:
        yield {"arange": axis.other, "name": f"{name}_to"}
    yield {"unsqueeze": 1, "from": f"{name}_from", "name": f"{name}_each"}
    to = f"{name}_from" if again else f"{name}_to"
    named = {} if not signed else {"name": name}
    yield {"sub": None, "from": [f"{name}_each", to], **named}
    if not signed:
        yield {"abs": None, "name": name}


def _scaled(axis: Axis, source: str = "") -> Iterator[Any]:
    if axis.factor != 1:
        yield {"mul": axis.factor, **({"from": source} if source else {})}


def _border_layers(table: Tensor, size: list[int]) -> Iterator[Any]:
    """Put the numbers of a place of its own before the rows and the columns."""
    corner, right, down = (int(table[at]) for at in ((0, 0), (0, 1), (1, 0)))
    yield {"full": {"size": [size[0], 1], "fill_value": down}, "name": "left"}
    yield {"cat": 1, "from": ["left", "inner"], "name": "lower"}
    yield {"full": {"size": [1, 1], "fill_value": corner}, "name": "corner"}
    yield {"full": {"size": [1, size[1]], "fill_value": right}, "name": "top"}
    yield {"cat": 1, "from": ["corner", "top"], "name": "upper"}
    yield {"cat": 0, "from": ["upper", "lower"]}

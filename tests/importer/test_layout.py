"""Where the batch is, in the author's tensors and in those of a spec."""

from __future__ import annotations

import pytest

from mlpgen.importer.functions.reshaping import reshape_entry
from mlpgen.importer.layout import Layout, LayoutError, layout_of

FIRST = layout_of((1, 5, 6), 0, 1)
SECOND = layout_of((5, 1, 6), 1, 1)
ALONE = layout_of((5, 6), -1, 1)
WINDOWS = Layout(((2, 3), (4,), (6,)), 0)
"""Six windows of each example are in the dimension of the batch."""


@pytest.mark.parametrize(
    ("layout", "shape", "plain"),
    [
        (FIRST, (5, 6), True),
        (SECOND, (5, 6), False),
        (ALONE, (5, 6), True),
        (WINDOWS, (2, 3, 4, 6), False),
    ],
)
def test_the_shape_has_no_batch(
    layout: Layout, shape: tuple[int, ...], plain: bool
) -> None:
    assert layout.shape == shape
    assert layout.plain is plain


@pytest.mark.parametrize(
    ("layout", "dim", "number"),
    [
        (FIRST, 1, 1),
        (FIRST, -1, 2),
        (SECOND, 0, 1),
        (SECOND, 2, 2),
        (SECOND, -1, 2),
        (ALONE, 0, 0),
        (ALONE, -1, 1),
        (WINDOWS, 1, 3),
        (WINDOWS, -1, 4),
    ],
)
def test_dimensions_are_counted_with_the_batch_first(
    layout: Layout, dim: int, number: int
) -> None:
    assert layout.dim(dim) == number


@pytest.mark.parametrize(
    ("layout", "dim", "message"),
    [
        (FIRST, 0, "it works on the batch"),
        (SECOND, 1, "it works on the batch"),
        (SECOND, -2, "it works on the batch"),
        (FIRST, 3, "there is no dimension 3"),
        (FIRST, -4, "there is no dimension -4"),
        (WINDOWS, 0, "it works on the batch"),
        (Layout(((), (2, 3)), 0), 1, "a dimension of the author is several here"),
    ],
)
def test_some_dimensions_have_no_number(layout: Layout, dim: int, message: str) -> None:
    with pytest.raises(LayoutError, match=message):
        layout.dim(dim)


def test_plain_layouts_keep_the_author_s_numbers() -> None:
    assert FIRST.kept(-1) == -1
    assert SECOND.kept(-1) == 2


def test_dimensions_come_and_go_around_the_batch() -> None:
    assert SECOND.without(0) == Layout(((), (6,)), 0)
    assert SECOND.without(2) == Layout(((5,), ()), 1)
    assert SECOND.with_dim(0, 1) == Layout(((1,), (5,), (), (6,)), 2)
    assert SECOND.with_dim(-1, 1) == Layout(((5,), (), (6,), (1,)), 1)
    assert SECOND.resized(-1, 9) == Layout(((5,), (), (9,)), 1)
    with pytest.raises(LayoutError, match="it removes the batch"):
        SECOND.without(1)


def test_a_permutation_moves_the_batch() -> None:
    assert FIRST.permuted((1, 0, 2)) == SECOND
    assert SECOND.permuted((1, 0, -1)) == FIRST
    assert WINDOWS.permuted((1, 0, 2)) == Layout(((4,), (2, 3), (6,)), 1)
    assert WINDOWS.permutation((1, 0, 2)) == [2, 0, 1, 3]


@pytest.mark.parametrize(
    ("layout", "shape", "batch", "wanted"),
    [
        (FIRST, (1, 30), 0, Layout(((), (30,)), 0)),
        (FIRST, (5, 6), 0, Layout(((5,), (6,)), 0)),  # x.view(-1, 6)
        (Layout(((5,), (6,)), 0), (1, 5, 6), 0, FIRST),
        (SECOND, (5, 6), 0, Layout(((5,), (6,)), 0, 1)),
        (Layout(((5,), (6,)), 0, 1), (5, 1, 6), 1, SECOND),
        (ALONE, (30,), -1, Layout(((30,),), -1)),
    ],
)
def test_a_reshape_keeps_what_is_beside_the_batch(
    layout: Layout, shape: tuple[int, ...], batch: int, wanted: Layout
) -> None:
    assert layout.reshaped(shape, batch) == wanted


@pytest.mark.parametrize(
    ("layout", "shape", "batch", "message"),
    [
        (SECOND, (1, 30), 0, "it mixes the batch with other dimensions"),
        (Layout(((4,), (6,)), 0, 1), (3, 8), 1, "it mixes the batch"),
        (ALONE, (5, 6), 0, "it makes the batch from something else"),
        (FIRST, (5, 6), -1, "it makes the batch from something else"),
    ],
)
def test_a_reshape_over_the_batch_is_none(
    layout: Layout, shape: tuple[int, ...], batch: int, message: str
) -> None:
    with pytest.raises(LayoutError, match=message):
        layout.reshaped(shape, batch)


def test_an_input_has_the_batch_alone() -> None:
    with pytest.raises(LayoutError, match="the batch is mixed"):
        layout_of((4, 5), 0, 2)


@pytest.mark.parametrize(
    ("before", "after", "batched", "entry"),
    [
        ((4, 6), (24,), True, ("flatten", {"start_dim": 1})),
        ((4, 6, 5), (24, 5), True, ("flatten", {"start_dim": 1, "end_dim": -2})),
        ((4, 6), (4, 2, 3), True, ("unflatten", {"dim": -1, "sizes": [2, 3]})),
        ((6,), (2, 3), True, ("unflatten", {"dim": -1, "sizes": [2, 3]})),
        ((6,), (1, 6, 1, 1), False, ("reshape", {"shape": [1, 6, 1, 1]})),
        ((4, 6), (3, 8), False, ("reshape", {"shape": [3, 8]})),
    ],
)
def test_a_reshape_is_said_by_what_changes(
    before: tuple[int, ...], after: tuple[int, ...], batched: bool, entry: object
) -> None:
    assert reshape_entry(before, after, batched=batched) == entry

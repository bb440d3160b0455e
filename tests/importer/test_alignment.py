"""Bodies of one class laid over each other."""

from __future__ import annotations

from typing import Any

import pytest

from mlpgen.importer.alignment import UnlikeError, aligned, skeleton
from mlpgen.importer.body import Body, Entry, Source


def entry(name: str, *sources: int, type_: str = "Conv2d", **options: Any) -> Entry:
    taken = tuple(Source(each) for each in sources)
    return Entry(type_, {}, taken, name, bool(name), options)


def body(*entries: Entry, outputs: tuple[int, ...] | None = None) -> Body:
    ends = (len(entries) - 1,) if outputs is None else outputs
    return Body(("x",), entries, tuple(Source(each) for each in ends))


PLAIN = body(entry("conv", -1), entry("", 0, -1, type_="add"))
WITH = body(
    entry("conv", -1), entry("down", -1), entry("", 0, 1, type_="add"), outputs=(2,)
)


def names(bodies: list[Body], *, numbered: bool = False) -> list[list[bool]]:
    """Return for each slot which bodies have it."""
    found = aligned(bodies, numbered=numbered)
    return [[each is not None for each in slot.entries] for slot in found.slots]


def test_a_branch_that_some_lack_is_a_slot() -> None:
    assert names([PLAIN, WITH]) == [[True, True], [False, True], [True, True]]
    found = aligned([PLAIN, WITH], numbered=False)
    conv, down, add = found.slots
    assert conv.sources == down.sources == (Source(-1),)
    assert add.sources == (Source(0), Source(1))
    assert found.outputs == (Source(2),)


def test_the_order_of_uses_does_not_matter() -> None:
    assert names([WITH, PLAIN, WITH]) == [
        [True, True, True],
        [True, False, True],
        [True, True, True],
    ]


def test_what_is_last_may_be_missing() -> None:
    short = body(entry("conv", -1))
    long = body(entry("conv", -1), entry("act", 0, type_="ReLU"))
    found = aligned([short, long], numbered=False)
    assert found.outputs == (Source(1),)


def test_an_activation_stands_where_another_one_does() -> None:
    def round_of(type_: str) -> Body:
        return body(
            entry("conv1", -1),
            entry("", 0, type_=type_),
            entry("conv2", 1),
            entry("", 2, type_=type_),
        )

    assert names([round_of("ReLU"), round_of("Hardswish")]) == [[True, True]] * 4


def test_an_activation_alone_is_the_same_one() -> None:
    one = body(entry("conv", -1), entry("", 0, type_="Sigmoid"))
    both = body(
        entry("conv", -1), entry("", 0, type_="ReLU"), entry("", 1, type_="Sigmoid")
    )
    assert names([one, both]) == [[True, True], [False, True], [True, True]]


def test_numbers_say_nothing() -> None:
    one = body(entry("0", -1), entry("1", 0, type_="ReLU"))
    other = body(
        entry("0", -1), entry("1", 0, type_="BatchNorm2d"), entry("2", 1, type_="ReLU")
    )
    assert names([one, other], numbered=True) == [
        [True, True],
        [False, True],
        [True, True],
    ]


@pytest.mark.parametrize(
    "other",
    [
        body(entry("conv", -1), entry("", 0, 0, type_="add")),
        body(entry("conv", -1), entry("", 0, -1, type_="add"), outputs=(0,)),
        body(entry("conv", -1), entry("", 0, -1, type_="add"), outputs=(0, 1)),
        body(entry("conv", -1, type_="share"), entry("", 0, -1, type_="add")),
        body(entry("conv", -1, repeat=2), entry("", 0, -1, type_="add")),
        PLAIN._replace(inputs=("x", "y")),
    ],
)
def test_others_are_unlike(other: Body) -> None:
    with pytest.raises(UnlikeError):
        aligned([PLAIN, other], numbered=False)


def test_types_of_activations_may_differ() -> None:
    bodies = [body(entry("act", -1, type_=each)) for each in ("ReLU", "GELU")]
    (slot,) = aligned(bodies, numbered=False).slots
    assert [each and each.type for each in slot.entries] == ["ReLU", "GELU"]


def test_what_is_inside_is_aligned_too() -> None:
    def sequential(inside: Body) -> Body:
        outer = entry("body", -1, type_="Sequential", numbered=True)
        return body(outer._replace(body=inside))

    short = sequential(body(entry("0", -1)))
    long = sequential(body(entry("0", -1), entry("1", 0, type_="ReLU")))
    (slot,) = aligned([short, long], numbered=False).slots
    assert slot.inner is not None
    assert [len([e for e in each.entries if e]) for each in slot.inner] == [2, 1]


def test_a_skeleton_has_no_numbers() -> None:
    (first,) = body(entry("conv", -1)).entries
    wide, small = (body(first._replace(arguments={"out_channels": n})) for n in (64, 8))
    assert skeleton(wide) == skeleton(small)
    assert skeleton(PLAIN) != skeleton(WITH)

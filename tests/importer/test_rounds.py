"""Equal neighbours become rounds, and numbers that change by a rule an expression."""

from __future__ import annotations

from typing import Any

import pytest

from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.rounds import ByIndex, by_index, compressed, fraction, shortened


def layer(name: str, before: int, type_: str = "Linear", **arguments: Any) -> Entry:
    return Entry(type_, arguments, (Source(before),), name, key=True)


def chain(*entries: Entry) -> Body:
    return Body(("x",), entries, (Source(len(entries) - 1),))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ([3, 3, 3], (3,)),
        ([[1, 2], [1, 2]], ([1, 2],)),
        ([2, 1, 1], (ByIndex("first", 2, 1),)),
        ([2, 1], (ByIndex("first", 2, 1),)),
        ([True, False, False], (ByIndex("first", True, False),)),
        ([8, 16, 24], (ByIndex("linear", 8, 8),)),
        ([0, 2, 0, 2], (ByIndex("odd", 0, 2),)),
        ([0.0, 0.1, 0.2], (ByIndex("linear", 0.0, 0.1),)),
        ([1, 2, 4], None),
        (["a", "b"], None),
        ([[1], [2]], None),
    ],
)
def test_the_rule_of_some_values(values: list[Any], rule: Any) -> None:
    assert by_index(values) == rule


def test_one_is_not_true() -> None:
    assert by_index([1, True, 1]) != (1,)


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (0.1 / 17, (0.1, 17)),
        (0.2 / 3, (0.2, 3)),
        (0.05, (0.1, 2)),
        (0.0123456, None),
        (0.0, None),
        (-0.1, None),
    ],
)
def test_steps_are_written_as_they_were_computed(
    step: float, wanted: tuple[float, int] | None
) -> None:
    assert fraction(step) == wanted


def test_members_of_a_list_are_rounds() -> None:
    body = chain(*(layer(f"layers.{i}", i - 1, out_features=8) for i in range(3)))
    (found,) = compressed(body).entries
    assert (found.name, found.options) == ("layers", {"repeat": 3})
    assert found.arguments == {"out_features": 8}


def test_rounds_have_numbers_by_rule() -> None:
    sizes = [64, 32, 32]
    body = chain(
        *(layer(f"layers.{i}", i - 1, out_features=n) for i, n in enumerate(sizes))
    )
    (found,) = compressed(body).entries
    assert found.arguments == {"out_features": ByIndex("first", 64, 32)}


def test_names_of_rounds_follow_a_pattern() -> None:
    body = chain(*(layer(f"stage.unit{i + 1}", i - 1, p=1) for i in range(3)))
    (found,) = compressed(body).entries
    assert found.options == {"repeat": 3, "names": "unit${index + 1}"}


@pytest.mark.parametrize(
    "entries",
    [
        # the second takes what the first takes
        [layer("layers.0", -1, p=1), layer("layers.1", -1, p=1)],
        # something stands between
        [layer("a.0", -1), layer("b", 0), layer("a.1", 1)],
        # no list at all
        [layer("first", -1), layer("second", 0)],
    ],
)
def test_others_stay_apart(entries: list[Entry]) -> None:
    body = chain(*entries)
    assert compressed(body).entries == body.entries


def test_what_others_need_is_no_round() -> None:
    body = chain(layer("a.0", -1), layer("a.1", 0))
    used = body._replace(outputs=(Source(0), Source(1)))
    assert compressed(used).entries == body.entries


def test_unlike_members_are_a_sequential() -> None:
    body = chain(layer("a.0", -1), layer("a.1", 0, "ReLU"), layer("head", 1))
    first, head = compressed(body).entries
    assert (first.type, first.name, first.options) == (
        "Sequential",
        "a",
        {"numbered": True},
    )
    assert head.sources == (Source(0),)


def test_shares_move_with_their_layers() -> None:
    shared = Entry("share", {}, (Source(2),), options={"share": 2})
    body = chain(layer("a.0", -1), layer("a.1", 0), layer("head", 1), shared)
    found = compressed(body)
    assert [each.type for each in found.entries] == ["Linear", "Linear", "share"]
    assert found.entries[2].options == {"share": 1}
    assert found.outputs == (Source(2),)


def test_equal_neighbours_in_a_sequential_are_rounds() -> None:
    inside = chain(
        layer("0", -1, out_features=8),
        layer("1", 0, out_features=8),
        layer("2", 1, "ReLU"),
    )
    entry = Entry(
        "Sequential", {}, (Source(-1),), "body", True, {"numbered": True}, inside
    )
    body = shortened(entry).body
    assert body is not None
    assert [each.options.get("repeat") for each in body.entries] == [2, None]
    assert body.outputs == (Source(1),)

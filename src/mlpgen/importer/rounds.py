"""Equal neighbours become one entry with `repeat`."""

from __future__ import annotations

import re
from math import isclose
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.body import UNUSED, Body, Entry, Source, is_chain
from mlpgen.importer.customs import CUSTOM
from mlpgen.importer.examples import KEY
from mlpgen.importer.recording import are_numbers
from mlpgen.names.members import is_number

if TYPE_CHECKING:
    from collections.abc import Sequence


class ByIndex(NamedTuple):
    """An argument that depends on the round.

    Attributes:
        kind: `first`: one in the first round, other in all others; `odd`: other in
            every second round; `linear`: one + other * index.
        one: See above.
        other: See above.
    """

    kind: str
    one: Any
    other: Any


def by_index(values: Sequence[Any]) -> Any:
    """Return one argument for all rounds; None if there is no simple rule.

    A single value stands for itself, in a tuple.
    """
    first, *rest = values
    if all(_same(each, first) for each in rest):
        return (first,)
    if len(values) > 1 and all(isinstance(each, float) for each in values):
        step = rest[0] - first
        even = all(isclose(v, first + i * step) for i, v in enumerate(values))
        if even and fraction(step) and _whole(first / step):
            return (ByIndex("linear", first, step),)
    if not all(isinstance(each, bool | int | float) for each in values):
        return None
    if all(_same(each, rest[0]) for each in rest):
        return (ByIndex("first", first, rest[0]),)
    if len(values) > 2:
        numbers = all(type(each) is int for each in values)
        step = rest[0] - first
        if numbers and all(v == first + i * step for i, v in enumerate(values)):
            return (ByIndex("linear", first, step),)
        if all(_same(each, values[i % 2]) for i, each in enumerate(values)):
            return (ByIndex("odd", first, rest[0]),)
    return None


def fraction(step: float) -> tuple[float, int] | None:
    """Return a short number and a whole one whose quotient a step is: 0.1 and 17."""
    for most in (0.1, 0.2, 0.3, 0.4, 0.5, 0.05, 0.15, 0.25, 1.0):
        count = most / step if step > 0 else 0
        if 1 < count < 1000 and _whole(count):
            return most, round(count)
    return None


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def compressed(body: Body) -> Body:
    """Return a body in which equal neighbours are one entry.

    Members of a list that are called one after the other (`layers.0`, `layers.1`)
    become a repeat or a numbered `Sequential`.
    """
    body = body.with_inner(lambda _, inner: compressed(inner))
    for begin, end, name in _lists(body):
        joined = _joined(body, begin, end, name)
        if joined is not None:
            return compressed(joined)
    return body


def _lists(body: Body) -> list[tuple[int, int, str]]:
    """Return the runs of entries that are members of a list, in order."""
    found = []
    begin = 0
    while begin < len(body.entries):
        head = _list_of(body.entries[begin])
        end = begin + 1
        while head and end < len(body.entries) and _list_of(body.entries[end]) == head:
            end += 1
        if head:
            found.append((begin, end, head))
        begin = end
    return found


def _list_of(entry: Entry) -> str:
    return entry.name.rpartition(".")[0] if entry.key else ""


def _joined(body: Body, begin: int, end: int, name: str) -> Body | None:
    """Join a run of members of a list, if nothing else needs their results."""
    members = body.entries[begin:end]
    if any(UNUSED in each.options for each in members):
        return None
    others = [*body.entries[:begin], *body.entries[end:]]
    if any(each.key and each.name.startswith(f"{name}.") for each in others):
        return None
    first = members[0].sources[0]
    extra = members[0].sources[1:]
    before = first
    for index, member in enumerate(members):
        if not member.sources or member.sources[0] != before:
            return None
        if member.sources[1:] != extra:
            return None
        before = Source(begin + index)
    inner = {*range(begin, end - 1)}
    used = {source.entry for each in others for source in each.sources}
    used |= {source.entry for source in body.outputs}
    if inner & used or any(source.entry in inner for source in extra):
        return None
    own = [m._replace(name=m.name.rpartition(".")[2]) for m in members]
    entry = repeated(own, name, (first, *extra))
    if entry is None and not extra:
        numbered = are_numbers([m.name for m in own])
        if not numbered and any(is_number(m.name) for m in own):
            return None
        own = [_level(m) for m in own] if numbered else own
        chained = tuple(m._replace(sources=(Source(i - 1),)) for i, m in enumerate(own))
        inside = Body(("input",), chained, (Source(len(own) - 1),))
        options = {"numbered": True} if numbered else {}
        entry = Entry(
            "Sequential", {}, (first,), name, True, options, inside, place=own[0].place
        )
    return None if entry is None else body.replaced(begin, end, [entry])


def _level(member: Entry) -> Entry:
    """Return a member of a numbered chain: rounds are one, as their keys have a level.

    In the chain itself, `repeat` counts as its rounds.
    """
    if "repeat" not in member.options:
        return member
    rounds = member._replace(name="", key=False, sources=(Source(-1),))
    inside = Body(("input",), (rounds,), (Source(0),))
    return member._replace(
        type="Sequential", arguments={}, options={"numbered": True}, body=inside
    )


def repeated(
    members: Sequence[Entry], name: str, sources: tuple[Source, ...]
) -> Entry | None:
    """Return one entry with rounds; None if the entries do not do the same."""
    first = members[0]
    alone = len(members) == 1 and (not first.key or _plain_name(first.name))
    layer = first.type[:1].isupper() or first.type == CUSTOM
    if alone or not layer or first.type == "Sequential":
        return None
    if first.body is not None:
        return None
    pattern = _pattern([each.name for each in members])
    if pattern is None:
        return None
    alike = all(
        (each.type, each.arguments.keys(), each.options, each.body)
        == (first.type, first.arguments.keys(), first.options, None)
        for each in members
    )
    if not alike or first.options.keys() - {KEY}:
        return None
    arguments = {}
    for key in first.arguments:
        joined = by_index([each.arguments[key] for each in members])
        if joined is None:
            return None
        arguments[key] = joined[0]
    varying = {repr(v) for v in arguments.values() if isinstance(v, ByIndex)}
    if len(varying) > 1 and len(members) <= len(varying):
        return None  # a person would write two entries
    options: dict[str, Any] = {**first.options, "repeat": len(members)}
    if pattern != "${index}":
        options["names"] = pattern
    return first._replace(
        arguments=arguments, sources=sources, name=name, key=True, options=options
    )


def _plain_name(name: str) -> bool:
    return name.isidentifier() or name.isdigit()


def _pattern(names: Sequence[str]) -> str | None:
    """Return the pattern of the names of rounds."""
    numbers = []
    stems = set()
    for name in names:
        match = re.fullmatch(r"(.*?)(\d+)", name)
        if match is None:
            return None
        stems.add(match[1])
        numbers.append(int(match[2]))
    if len(stems) != 1 or numbers != [*range(numbers[0], numbers[0] + len(numbers))]:
        return None
    plus = f" + {numbers[0]}" if numbers[0] else ""
    return f"{stems.pop()}${{index{plus}}}"


def shortened(entry: Entry) -> Entry:
    """Return a `Sequential` with fewer entries: rounds of equal layers are one."""
    body = entry.body
    if body is None or entry.type != "Sequential" or not is_chain(body):
        return entry
    if any(each.body is None and each.type == "share" for each in body.entries):
        return entry
    whole = repeated(body.entries, entry.name, entry.sources)
    around = entry.options.keys() & {KEY}
    if whole is not None and not entry.name.isdigit() and not around:
        return whole
    if not entry.options.get("numbered"):
        return entry
    entries: list[Entry] = []
    begin = 0
    while begin < len(body.entries):
        end = len(body.entries)
        joined = None
        while end > begin + 1 and joined is None:
            members = body.entries[begin:end]
            plain = [m._replace(name=str(i)) for i, m in enumerate(members)]
            joined = repeated(plain, "", ())
            end -= joined is None
        if joined is None:
            joined, end = body.entries[begin], begin + 1
        else:
            joined = joined._replace(name="", key=False)
        entries.append(joined._replace(sources=(Source(len(entries) - 1),)))
        begin = end
    inside = body._replace(entries=(*entries,), outputs=(Source(len(entries) - 1),))
    return entry._replace(body=inside)

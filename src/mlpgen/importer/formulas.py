"""Functions that compute the numbers of a constant tensor: the layers of a buffer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.recording import Counted, Made, Regions, Triangle
from mlpgen.layers.tensors import WithoutInputs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.importer.recording import Place


def body_of_formula(formula: Any, place: Place) -> Body:
    """Return the functions that give the numbers of a formula."""
    made = _Functions(place)
    last = _RULES[type(formula)](made, formula)
    return Body((), (*made.entries,), (last,))


class _Functions:
    """Functions one after the other; each method returns where its result is."""

    def __init__(self, place: Place) -> None:
        self.entries: list[Entry] = []
        self._place = place

    def add(self, type_: str, *sources: Source, **arguments: Any) -> Source:
        """Call a function."""
        self.entries.append(Entry(type_, arguments, sources, place=self._place))
        return Source(len(self.entries) - 1)

    def named(self, source: Source, name: str) -> Source:
        """Give a result a name, which is written if something else needs it."""
        entry = self.entries[source.entry]
        named = entry._replace(name=name, key=True, stateful=False)
        self.entries[source.entry] = named
        return source

    def typed(self, source: Source, own: str, wanted: str) -> Source:
        """Convert a result to the dtype that a tensor has."""
        words = {"int64": "long", "float32": "float", "bool": "bool"}
        return source if own == wanted else self.add(words[wanted], source)


def _counted(made: _Functions, formula: Counted) -> Source:
    """`arange(7)[:, None] + arange(7)`, and the differences of such places."""
    half = len(formula.digits) // 2
    head, tail = formula.digits[:half], formula.digits[half:]
    if head and [*tail] == [(count, -step) for count, step in head]:
        places = made.named(_grown(made, head, 0), "places")
        row = made.add("unsqueeze", places, dim=1)
        last = made.add("sub", row, places)
        if formula.start:
            last = made.add("add", last, other=formula.start)
        size = _total(head)
        last = _shaped(made, last, (size, size), formula.shape)
        return made.typed(last, "int64", formula.dtype)
    last = _grown(made, formula.digits, formula.start)
    last = _shaped(made, last, (_total(formula.digits),), formula.shape)
    return made.typed(last, "int64", formula.dtype)


def _total(digits: Sequence[tuple[int, int]]) -> int:
    total = 1
    for count, _ in digits:
        total *= count
    return total


def _grown(made: _Functions, digits: Sequence[tuple[int, int]], start: int) -> Source:
    """Return numbers that grow along dimensions, one behind the other."""
    last: Source | None = None
    for count, step in digits:
        if last is None:
            last = _line(made, count, step, start)
            continue
        rows = made.add("unsqueeze", last, dim=1)
        last = made.add("add", rows, _line(made, count, step, 0))
        last = made.add("flatten", last, start_dim=0)
    assert last is not None
    return last


def _line(made: _Functions, count: int, step: int, start: int) -> Source:
    if step == 1 and not start:
        return made.add("arange", end=count)
    if step > 0:
        begin = {"start": start} if start else {}
        by = {"step": step} if step != 1 else {}
        return made.add("arange", **begin, end=start + count * step, **by)
    last = made.add("arange", end=count)
    last = made.add("mul", last, other=step)
    return made.add("add", last, other=start) if start else last


def _shaped(
    made: _Functions, last: Source, own: tuple[int, ...], shape: Sequence[int]
) -> Source:
    if own == (*shape,):
        return last
    if len(shape) == 1:
        return made.add("flatten", last, start_dim=0)
    if (1, *own) == (*shape,):
        return made.add("unsqueeze", last, dim=0)
    return made.add("reshape", last, shape=[*shape])


def _regions(made: _Functions, formula: Regions) -> Source:
    """Runs of equal numbers along one dimension, plus those along the next one."""
    if all(len(runs) == 1 for runs in formula.axes):
        size = [runs[0][0] for runs in formula.axes]
        value = sum(runs[0][1] for runs in formula.axes)
        return made.typed(_full(made, size, value), "float32", formula.dtype)
    lines = {formula.axes[-1]: _runs(made, formula.axes[-1], formula.dtype)}
    last = _along(made, formula.axes[0], lines, formula.dtype)
    for dim, runs in enumerate(formula.axes[1:], 1):
        rows = made.add("unsqueeze", last, dim=dim)
        last = made.add("add", rows, _along(made, runs, lines, formula.dtype))
    return last


_Runs = tuple[tuple[int, int], ...]


def _along(
    made: _Functions, runs: _Runs, lines: dict[_Runs, Source], dtype: str
) -> Source:
    """Return runs of numbers; a multiple of others is computed from them."""
    if runs in lines:
        return lines[runs]
    for other, source in lines.items():
        sizes = [[count for count, _ in each] for each in (runs, other)]
        factor = runs[-1][1] // (other[-1][1] or 1)
        scaled = [number * factor for _, number in other]
        if sizes[0] == sizes[1] and scaled == [number for _, number in runs]:
            return made.add("mul", source, other=factor)
    lines[runs] = _runs(made, runs, dtype)
    return lines[runs]


def _runs(made: _Functions, runs: _Runs, dtype: str) -> Source:
    """Return numbers that grow at some places: where these are reached, by so much."""
    total = sum(count for count, _ in runs)
    if len(runs) == 1:
        return made.typed(_full(made, [total], runs[0][1]), "float32", dtype)
    places = made.add("arange", end=total)
    steps = [b - a for (_, a), (_, b) in pairwise(runs)]
    even = len({*steps}) == 1
    last: Source | None = None
    reached = 0
    for (count, _), step in zip(runs, steps, strict=False):
        reached += count
        where = made.add("ge", places, other=reached)
        grown = made.typed(where, "bool", dtype)
        if not even and step != 1:
            grown = made.add("mul", grown, other=step)
        last = grown if last is None else made.add("add", last, grown)
    assert last is not None
    if even and steps[0] != 1:
        last = made.add("mul", last, other=steps[0])
    return made.add("add", last, other=runs[0][1]) if runs[0][1] else last


def _full(made: _Functions, size: list[int], value: float) -> Source:
    if value in (0, 1):
        return made.add("ones" if value else "zeros", size=size)
    return made.add("full", size=size, fill_value=float(value))


def _triangle(made: _Functions, formula: Triangle) -> Source:
    value = float(formula.value)
    last = _full(made, [*formula.shape], value)
    cut = {"diagonal": formula.diagonal} if formula.diagonal else {}
    last = made.add("triu" if formula.upper else "tril", last, **cut)
    return made.typed(last, "float32", formula.dtype)


def _made(made: _Functions, formula: Made) -> Source:
    """Call the layers as they are, each by its name or behind the one before it."""
    found: dict[str, Source] = {}
    last: tuple[Source, ...] = ()
    for each in formula.layers:
        options = dict(each)
        type_, value = next(iter(options.items()))
        taken = options.get("from", [])
        names = [taken] if isinstance(taken, str) else taken
        sources = tuple(found[name] for name in names) or last
        if issubclass(FUNCTIONS[type_], WithoutInputs):
            sources = ()
        shorthand = FUNCTIONS[type_].shorthand() or ""
        given = {} if value is None else {shorthand: value}
        last = (made.add(type_, *sources, **(value if type(value) is dict else given)),)
        if "name" in options:
            found[options["name"]] = made.named(last[0], options["name"])
    return last[0]


_RULES: dict[type, Callable[[_Functions, Any], Source]] = {
    Counted: _counted,
    Regions: _regions,
    Triangle: _triangle,
    Made: _made,
}

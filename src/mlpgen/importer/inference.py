"""Finds the expression that gives a number in each use of a class."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

from mlpgen.importer.rounds import ByIndex, fraction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MISSING = object()
"""A use that does not have the argument."""

Vector = tuple[Any, ...]


class Features:
    """What the uses of a class differ in: sizes of inputs, and arguments by name.

    Attributes:
        sizes: The sizes of the inputs by name, for each use.
        given: What the author's constructor was given, for each use.
        made: Parameters that had to be made up, for each use.
        used: Names of parameters that an expression needs.
    """

    def __init__(
        self, sizes: Mapping[str, Vector], given: Mapping[str, Vector]
    ) -> None:
        self.sizes = dict(sizes)
        self.given = dict(given)
        self.made: dict[str, Vector] = {}
        self.used: list[str] = []
        self._channels: dict[str, Vector] = {}

    def expression(self, vector: Vector, name: str, kind: str = "") -> Any:
        """Return a value or `${…}` for an argument.

        Args:
            vector: Its value in each use; `MISSING` where it has none.
            name: The name of the argument, for a parameter that must be made.
            kind: What it counts, `channels` or `features`, if it is such a size.
        """
        present = [each for each in vector if each is not MISSING]
        if any(isinstance(each, ByIndex) for each in present):
            return self._by_index(vector, name, kind)
        if any(isinstance(each, list) for each in present):
            return self._list(vector, name)
        first = present[0]
        if all(_equal(each, first) for each in present):
            same = self._given_same(vector) if len(present) < len(vector) else ""
            return f"${{{same}}}" if same else self._constant(first, kind)
        text = self.found(vector, kind) or self._make(vector, name)
        if kind == "channels":
            self._channels.setdefault(text, vector)
        return f"${{{text}}}"

    def _given_same(self, vector: Vector) -> str:
        """Return an argument that has the value in the few uses that have it."""
        for name, own in {**self.given, **self.made}.items():
            if not _constant(own) and _matches(vector, own):
                return self._use(name)
        return ""

    def _constant(self, value: Any, kind: str) -> Any:
        """Return a value that all uses have; a size may follow from that of the input."""
        own = self.sizes.get(f"in_{kind}", (0,))
        if type(value) is int and own[0] > 8 and _constant(own):
            for times in (1, 2, 3, 4):
                if own[0] * times == value:
                    return f"${{{_times(times, f'in_{kind}')}}}"
        return value

    def _list(self, vector: Vector, name: str) -> Any:
        lists = [each for each in vector if each is not MISSING]
        if not all(
            isinstance(each, list) and len(each) == len(lists[0]) for each in lists
        ):
            both = [
                each if each is MISSING or isinstance(each, list) else [each] * 2
                for each in vector
            ]
            if all(e is MISSING or len(e) == 2 for e in both):
                return self._list((*both,), name)
            raise NoExpressionError(name)
        columns = [
            tuple(each if each is MISSING else each[at] for each in vector)
            for at in range(len(lists[0]))
        ]
        unknown = [at for at, column in enumerate(columns) if not self._follows(column)]
        inferred = name in ("shape", "sizes") and len(unknown) == 1 and len(columns) > 1
        return [
            -1 if inferred and at in unknown else self.expression(column, name)
            for at, column in enumerate(columns)
        ]

    def _follows(self, vector: Vector) -> bool:
        """Return whether a number needs no parameter of its own."""
        present = [each for each in vector if each is not MISSING]
        return all(_equal(each, present[0]) for each in present) or bool(
            self.found(vector)
        )

    def _by_index(self, vector: Vector, name: str, kind: str) -> Any:
        kinds = {each.kind for each in vector if isinstance(each, ByIndex)}
        if len(kinds) > 1:
            raise NoExpressionError(name)
        rule = kinds.pop()
        pairs = [
            each
            if each is MISSING or isinstance(each, ByIndex)
            else ByIndex(rule, each, 0 if rule == "linear" else each)
            for each in vector
        ]
        if rule == "linear" and all(
            each is MISSING or (each.one, each.other) == (pairs[0].one, pairs[0].other)
            for each in pairs
            if pairs[0] is not MISSING
        ):
            short = _short_fraction(pairs[0])
            if short:
                return short
        one, other = (
            _text(
                self.expression(
                    tuple(each if each is MISSING else each[at] for each in pairs),
                    name if at == 1 else f"{name}_{rule}",
                    kind,
                )
            )
            for at in (1, 2)
        )
        if rule == "linear":
            if one == "0":
                return f"${{{_times_text(other)}index}}"
            return f"${{{one} + {_times_text(other)}index}}"
        test = "index == 0" if rule == "first" else "index % 2 == 0"
        if rule == "odd" and one == "0":
            return f"${{{_product(other)} * (index % 2)}}"
        return f"${{{one} if {test} else {other}}}"

    def found(self, vector: Vector, kind: str = "") -> str:
        """Return an expression over what there is; empty if none is found."""
        sizes = {k: v for k, v in self.sizes.items() if k.endswith(kind)}
        for name, own in sizes.items():
            if _matches(vector, own):
                return name
        for name, own in {**self.given, **self.made}.items():
            if _matches(vector, own):
                return self._use(name)
        numbers = [each for each in vector if each is not MISSING]
        if any(isinstance(each, bool | str) or each is None for each in numbers):
            return self.condition(vector)
        numbers_ = {**self.given, **self.made}
        known = {**sizes, **{k: v for k, v in numbers_.items() if _numeric(v)}}
        return self._scaled(vector, known) or self._combined(vector, known)

    def _use(self, name: str) -> str:
        if name in self.given and name not in self.used:
            self.used.append(name)
        return name

    def _named(self, name: str) -> str:
        return name if name in self.sizes else self._use(name)

    def _all(self) -> dict[str, Vector]:
        numbers = {**self.given, **self.made}
        return {**self.sizes, **{k: v for k, v in numbers.items() if _numeric(v)}}

    def _scaled(self, vector: Vector, known: dict[str, Vector]) -> str:
        """`4 * planes`, `in_channels // 2`, `depth + 1`."""
        at = next(i for i, each in enumerate(vector) if each is not MISSING)
        for name, own in known.items():
            if name == "kernel_size" and _agrees(vector, own, lambda x: x // 2):
                return f"{self._named(name)} // 2"
        for name, own in known.items():
            value, base = vector[at], own[at]
            if not base or _constant(own) or type(value) is not int:
                continue
            if type(base) is int and value % base == 0 and value // base <= 64:
                times = value // base
                if _agrees(vector, own, lambda x, k=times: k * x):
                    return _times(times, self._named(name))
            if (
                type(base) is int
                and value
                and base % value == 0
                and base // value <= 64
            ):
                parts = base // value
                if _agrees(vector, own, lambda x, k=parts: x // k):
                    return f"{self._named(name)} // {parts}"
            if type(base) is int and 0 < abs(value - base) <= 4:
                plus = value - base
                if _agrees(vector, own, lambda x, k=plus: x + k):
                    sign = "+" if plus > 0 else "-"
                    return f"{self._named(name)} {sign} {abs(plus)}"
        return ""

    def _combined(self, vector: Vector, known: dict[str, Vector]) -> str:
        """`in_channels * expansion`, `in_channels // groups`, `int(ratio * width)`."""
        everything = [*known.items()]
        for name, own in everything:
            for other, second in everything:
                if name == other or (name in self.sizes and other in self.sizes):
                    continue
                for template, compute in _PAIRS:
                    try:
                        fits = all(
                            v is MISSING or _equal(compute(a, b), v)
                            for v, a, b in zip(vector, own, second, strict=True)
                        )
                    except (ZeroDivisionError, TypeError, OverflowError):
                        continue
                    if fits:
                        names = (self._named(name), self._named(other))
                        return template.format(*names)
        return ""

    def condition(self, vector: Vector) -> str:
        """Return a condition that is true in the uses that have true."""
        if not all(each is MISSING or isinstance(each, bool) for each in vector):
            return ""
        for name, own in {**self.given, **self.made}.items():
            if _matches(vector, own):
                return self._use(name)
        for text, channels in self._channels.items():
            own = self.sizes.get("in_channels")
            if own is None or MISSING in channels:
                continue
            for sign, compute in _COMPARISONS[:2]:
                same = tuple(compute(a, b) for a, b in zip(own, channels, strict=True))
                if _matches(vector, same):
                    return f"in_channels {sign} {text}"
        everything = {**self._all(), **self.given}
        for name, own in {**self.given, **self.made}.items():
            flags = all(isinstance(each, bool) for each in own)
            if flags and _agrees(vector, own, lambda x: not x):
                return f"not {self._use(name)}"
        for name, own in everything.items():
            if name in self.sizes or not _numeric(own):
                continue
            for bound in (1, 0):
                for sign, compute in _COMPARISONS:
                    if _agrees(vector, own, lambda x, b=bound, c=compute: c(x, b)):
                        return f"{self._use(name)} {sign} {bound}"
        numeric = [(k, v) for k, v in everything.items() if _numeric(v)]
        for name, own in numeric:
            for other, second in numeric:
                if name >= other:
                    continue
                for sign, compute in _COMPARISONS[:2]:
                    if all(
                        v is MISSING or compute(a, b) == v
                        for v, a, b in zip(vector, own, second, strict=True)
                    ):
                        return f"{self._named(name)} {sign} {self._named(other)}"
        return self._both(vector, numeric)

    def _both(self, vector: Vector, numeric: list[tuple[str, Vector]]) -> str:
        """`stride == 1 and in_channels == channels`, and its opposite."""
        first: list[tuple[str, str, Vector]] = []
        for name, own in self.given.items():
            if _numeric(own):
                first += [
                    (f"{name} == 1", name, tuple(each == 1 for each in own)),
                    (f"{name} != 1", name, tuple(each != 1 for each in own)),
                ]
        pairs: list[tuple[str, str, str, Vector]] = []
        for name, own in numeric:
            if name not in self.sizes:
                continue
            for other, second in numeric:
                if other in self.sizes:
                    continue
                same = tuple(a == b for a, b in zip(own, second, strict=True))
                pairs.append((f"{name} == {other}", name, other, same))
                opposite = tuple(not each for each in same)
                pairs.append((f"{name} != {other}", name, other, opposite))
        for text, name, one in first:
            for other_text, a, b, other in pairs:
                both = tuple(x and y for x, y in zip(one, other, strict=True))
                either = tuple(x or y for x, y in zip(one, other, strict=True))
                for word, joined in (("and", both), ("or", either)):
                    if _matches(vector, joined):
                        self._use(name)
                        self._named(a)
                        self._named(b)
                        return f"{text} {word} {other_text}"
        return ""

    def _make(self, vector: Vector, name: str) -> str:
        """Make a parameter."""
        free, number = name, 2
        while free in self.given or free in self.sizes or free in self.made:
            free, number = f"{name}_{number}", number + 1
        some = next(each for each in vector if each is not MISSING)
        filled = tuple(some if each is MISSING else each for each in vector)
        if any(isinstance(each, str) or each is None for each in filled):
            raise NoExpressionError(name)
        self.made[free] = filled
        return free

    def parameters(self) -> dict[str, Vector]:
        """Return the parameters of the class: the author's, then those made."""
        return {**{name: self.given[name] for name in self.used}, **self.made}


class NoExpressionError(Exception):
    """The uses of a class differ in something that no parameter can be."""


def _short_fraction(each: Any) -> str:
    """Write even steps as they were computed: `0.1 * (3 + index) / 17`."""
    if each is MISSING or not isinstance(each.other, float):
        return ""
    most, count = fraction(each.other) or (0.0, 0)
    if not count:
        return ""
    begin = round(each.one / each.other)
    index = f"({begin} + index)" if begin else "index"
    return f"${{{most} * {index} / {count}}}"


_PAIRS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("{0} * {1}", lambda a, b: a * b),
    ("{0} // {1}", lambda a, b: a // b if type(a) is type(b) is int else None),
    ("int({0} * {1})", lambda a, b: int(a * b)),
    ("{0} - {1}", lambda a, b: a - b),
    ("{0} + {1}", lambda a, b: a + b),
    ("max(1, int({0} * {1}))", lambda a, b: max(1, int(a * b))),
    ("round({0} * {1})", lambda a, b: round(a * b)),
]
_COMPARISONS: list[tuple[str, Callable[[Any, Any], bool]]] = [
    ("!=", lambda a, b: a != b),
    ("==", lambda a, b: a == b),
    (">", lambda a, b: a > b),
]


def _text(value: Any) -> str:
    if isinstance(value, str) and value.startswith("${"):
        inner = value[2:-1]
        return f"({inner})" if " if " in inner else inner
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _times(times: int, name: str) -> str:
    return name if times == 1 else f"{times} * {name}"


def _product(text: str) -> str:
    return text if text.replace("_", "").isalnum() or " * " in text else f"({text})"


def _times_text(text: str) -> str:
    return "" if text == "1" else f"{_product(text)} * "


def _numeric(vector: Sequence[Any]) -> bool:
    return all(type(each) in (int, float) for each in vector)


def _constant(vector: Sequence[Any]) -> bool:
    return all(each == vector[0] for each in vector)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-12)
    return type(one) is type(other) and bool(one == other)


def _matches(vector: Vector, own: Vector) -> bool:
    return all(v is MISSING or _equal(v, o) for v, o in zip(vector, own, strict=True))


def _agrees(vector: Vector, own: Vector, compute: Callable[[Any], Any]) -> bool:
    return all(
        v is MISSING or _equal(compute(o), v) for v, o in zip(vector, own, strict=True)
    )

"""Mutations of values: arguments, expressions, parameters, shapes.

Each changes a spec in place and returns False if there was nothing to change.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from . import formulas
from .corpus import corpus
from .plain_specs import (
    Slot,
    classes,
    mapping_of,
    numbers,
    type_of,
    values,
)
from .selection import arguments, parameters_of, some_entry

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from .plain_specs import Class, Data


HOSTILE: list[Any] = [
    *(0, -1, 1, 2, 3, 7, 64, 10**6, 10**18, 2**63, -(10**9)),
    *(0.5, -0.5, 0.0, 1.0, 1e-8, 1e30, float("nan"), float("inf")),
    *(True, False, None, "", "x", "same", "input", "relu", "${", "${}", "${1 / 0}"),
    *("${unknown}", "${index}", "${in_channels}", "a" * 99, "Ünï", "\u2028", "no"),
    *([], [1], [0], [1, 2], [3, 3, 3], [-1], {}, {"a": 1}, {"Linear": 4}),
]


def _argument(
    rng: random.Random, spec: Data, fits: Callable[[Any], bool]
) -> tuple[Class, Slot] | None:
    found = [each for each in arguments(spec) if fits(each[1].value)]
    return rng.choice(found) if found else None


def _plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _number(value: Any) -> bool:
    return type(value) in (int, float)


def swap(rng: random.Random, spec: Data) -> bool:
    """Exchange the values of two arguments."""
    found = [slot for _, slot in arguments(spec) if _plain(slot.value)]
    if len(found) < 2:
        return False
    one = rng.choice(found)
    alike = [each for each in found if type(each.value) is type(one.value)]
    other = rng.choice(alike if rng.random() < 0.7 else found)
    one.holder[one.key], other.holder[other.key] = other.value, one.value
    return one is not other


def another(rng: random.Random, spec: Data) -> bool:
    """Set an argument to a value from another spec, or add one."""
    chosen = some_entry(rng, spec, lambda entry: bool(type_of(entry)))
    if chosen is None:
        return False
    _, layers, index = chosen
    type_ = type_of(layers[index])
    known = corpus().entries.get(type_, [])
    given = mapping_of(layers[index])
    own = given[type_]
    donors = [mapping_of(each)[type_] for each in known]
    donor = rng.choice(donors) if donors else None
    if isinstance(donor, dict) and isinstance(own, dict) and donor:
        key = rng.choice([*donor])
        own[key] = copy.deepcopy(donor[key])
    elif isinstance(own, dict) and own and rng.random() < 0.8:
        key = rng.choice([*own])
        own[key] = copy.deepcopy(rng.choice(corpus().scalars.get(key, [1])))
    else:
        layers[index] = {**given, type_: copy.deepcopy(donor)}
    return True


def near(rng: random.Random, spec: Data) -> bool:
    """Change a number a little."""
    chosen = _argument(rng, spec, _number)
    if chosen is None:
        return False
    slot = chosen[1]
    old = slot.value
    slot.holder[slot.key] = rng.choice([old + 1, old - 1, 2 * old, old // 2, -old])
    return True


def hostile(rng: random.Random, spec: Data) -> bool:
    """Put an unexpected value anywhere."""
    found = [*values(spec)]
    if not found:
        return False
    slot = rng.choice(found)
    slot.holder[slot.key] = copy.deepcopy(rng.choice(HOSTILE))
    return True


def expression(rng: random.Random, spec: Data) -> bool:
    """Replace a number by an expression."""
    chosen = _argument(rng, spec, _number)
    if chosen is None:
        return False
    each, slot = chosen
    _write_expression(rng, each, slot, spec)
    return True


def every_expression(rng: random.Random, spec: Data) -> bool:
    """Replace many numbers by expressions."""
    found = [each for each in arguments(spec) if _number(each[1].value)]
    for each, slot in rng.sample(found, min(len(found), 6)):
        _write_expression(rng, each, slot, spec)
    return bool(found)


def _write_expression(rng: random.Random, each: Class, slot: Slot, spec: Data) -> None:
    if len(numbers(each.parameters)) < 2:
        _new_parameter(rng, each, rng.choice([2, 3, 4, 8]))
    old = slot.value
    if isinstance(old, int) and rng.random() < 0.85:
        parameters = parameters_of(each)
        slot.holder[slot.key] = formulas.equal_to(rng, old, parameters) or old
    else:
        more = ["in_channels", "in_features"] if each.name else []
        slot.holder[slot.key] = formulas.any_number(rng, each.parameters, more)


def _new_parameter(rng: random.Random, each: Class, value: Any) -> str:
    """Add a parameter to a class."""
    known = each.data.setdefault("parameters", {})
    if not isinstance(known, dict):
        return ""
    words = ["k", "m", "width", "level", "heads", "depth", "in_channels", "size_of_it"]
    name = rng.choice(words)
    while name in known:
        name += rng.choice("abcd")
    known[name] = value
    return name


def parameter(rng: random.Random, spec: Data) -> bool:
    """Make a number a parameter, and equal numbers too."""
    chosen = _argument(rng, spec, lambda value: _number(value) or type(value) is bool)
    if chosen is None:
        return False
    each, slot = chosen
    old = slot.value
    name = _new_parameter(rng, each, old)
    if not name:
        return False
    slot.holder[slot.key] = f"${{{name}}}"
    if rng.random() < 0.5:
        for other, same in arguments(spec):
            if other == each and same.value == old and _number(same.value):
                same.holder[same.key] = f"${{{name}}}"
    return True


def local(rng: random.Random, spec: Data) -> bool:
    """Give an argument a name in `values`, perhaps with another name on the way."""

    def fits(value: Any) -> bool:
        return _number(value) or (isinstance(value, str) and value.startswith("${"))

    chosen = _argument(rng, spec, fits)
    if chosen is None:
        return False
    each, slot = chosen
    known = each.data.setdefault("values", {})
    found = slot.value
    for word in rng.sample(["hidden", "inner", "in_total", "w", "wide"], 2):
        name = word
        while name in known or name in parameters_of(each):
            name += rng.choice("abcd")
        known[name] = found
        found = f"${{{name}}}"
        if rng.random() < 0.6:
            break
    slot.holder[slot.key] = found
    return True


def listed(rng: random.Random, spec: Data) -> bool:
    """Make numbers of a class the items of a list, or of a table."""
    found = [each for each in arguments(spec) if type(each[1].value) is int]
    if not found:
        return False
    own, _ = rng.choice(found)
    slots = [slot for each, slot in found if each == own][:6]
    chosen = rng.sample(slots, rng.randint(1, len(slots)))
    known = own.data.setdefault("parameters", {})
    name = rng.choice(["widths", "sizes", "stages", "depth"])
    while name in known:
        name += rng.choice("abcd")
    items = [slot.value for slot in chosen]
    table = rng.random() < 0.3
    known[name] = [[each, rng.choice(items)] for each in items] if table else items
    for at, slot in enumerate(chosen):
        index = rng.choice([str(at), str(at - len(items)), f"len({name}) - {at + 1}"])
        if index.startswith("len"):
            index = f"len({name}) - {len(items) - at}"
        slot.holder[slot.key] = f"${{{name}[{index}]{'[0]' * table}}}"
    return True


def by_list(rng: random.Random, spec: Data) -> bool:
    """Let a repeated entry follow a list, with an item for each round."""

    def fits(entry: Any) -> bool:
        raw = entry.get("repeat") if isinstance(entry, dict) else None
        return type(raw) is int and 1 <= raw <= 6

    chosen = some_entry(rng, spec, fits)
    if chosen is None:
        return False
    own, layers, index = chosen
    entry = mapping_of(layers[index])
    given, rounds = entry[type_of(entry)], entry["repeat"]
    nested = [*values(given)] if isinstance(given, dict | list) else []
    every = [Slot(entry, type_of(entry)), *nested]
    slots = [slot for slot in every if type(slot.value) is int]
    known = own.data.setdefault("parameters", {})
    name = rng.choice(["widths", "sizes", "rates"])
    while name in known:
        name += rng.choice("abcd")
    old = rng.choice(slots).value if slots else 1
    known[name] = [old + rng.choice([0, 0, old, 1]) for _ in range(rounds)]
    if slots:
        slot = rng.choice(slots)
        slot.holder[slot.key] = f"${{{name}[index]}}"
    entry["repeat"] = f"${{len({name})}}"
    layers[index] = entry
    return True


def passed(rng: random.Random, spec: Data) -> bool:
    """Pass an argument to a block where the default is used so far."""
    blocks = spec.get("blocks")
    if not isinstance(blocks, dict) or not blocks:
        return False
    chosen = some_entry(rng, spec, lambda entry: type_of(entry) in blocks)
    if chosen is None:
        return False
    each, layers, index = chosen
    type_ = type_of(layers[index])
    block = blocks[type_]
    known = block.get("parameters") if isinstance(block, dict) else None
    if not isinstance(known, dict) or not known:
        return False
    entry = mapping_of(layers[index])
    given = entry[type_] if isinstance(entry[type_], dict) else {}
    name = rng.choice([*known])
    value = given.get(name, known[name])
    if type(value) is int:
        own = parameters_of(each)
        others = [value, value + 1, 2 * value, max(1, value // 2)]
        given[name] = rng.choice([*others, formulas.equal_to(rng, value, own) or value])
        if rng.random() < 0.3:
            given[name] = formulas.any_number(rng, own, [])
    elif isinstance(value, bool):
        given[name] = not value
    elif isinstance(value, list) and rng.random() < 0.7:
        given[name] = rng.choice([value[::-1], [*value, value[0]], value[:-1] or value])
    layers[index] = {**entry, type_: given}
    return True


def shape(rng: random.Random, spec: Data) -> bool:
    """Change the shape of an input, or its dtype."""
    given = spec.get("input")
    if isinstance(given, dict) and given:
        name = rng.choice([*given])
        each = given[name]
        if isinstance(each, dict):
            if rng.random() < 0.3:
                each["dtype"] = rng.choice(["float32", "int64", "bool"])
                return True
            each = each.get("shape")
        elif rng.random() < 0.2:
            given[name] = {"shape": each, "dtype": rng.choice(["int64", "bool"])}
            return True
        given = each
    if not isinstance(given, list):
        return False
    kind = rng.random()
    if kind < 0.2 and len(given) > 1:
        del given[rng.randrange(len(given))]
    elif kind < 0.3:
        given.insert(rng.randint(0, len(given)), rng.choice([1, 2, 3, 4]))
    elif given:
        at = rng.randrange(len(given))
        if type(given[at]) is int:
            given[at] = rng.choice([1, 2, 3, given[at] + 1, given[at] * 2, 8])
    return True


def freed(rng: random.Random, spec: Data) -> bool:
    """Make a size of an input free, and let functions use it that had its number."""
    given = spec.get("input")
    if isinstance(given, dict) and given:
        each = given[rng.choice([*given])]
        given = each.get("shape") if isinstance(each, dict) else each
    places = [at for at, size in enumerate(given or ()) if type(size) is int]
    if not isinstance(given, list) or not places:
        return False
    at = rng.choice(places)
    name = rng.choice(["height", "length", "size", "x_size"])
    size = given[at]
    if spec.setdefault("sizes", {}).setdefault(name, size) != size:
        return False
    given[at] = name
    for each, slot in arguments(spec):
        if not each.name and slot.value == size and rng.random() < 0.3:
            slot.holder[slot.key] = f"${{{name}}}"
    return True


def default(rng: random.Random, spec: Data) -> bool:
    """Change the default of a parameter."""
    found = [each for each in classes(spec) if each.parameters]
    if not found:
        return False
    known = rng.choice(found).parameters
    name = rng.choice([*known])
    old = known[name]
    if isinstance(old, str):
        return False
    if isinstance(old, bool):
        known[name] = not old
    elif isinstance(old, int):
        known[name] = rng.choice([old + 1, max(0, old - 1), 2 * old, 1, 0])
    elif isinstance(old, list):
        known[name] = rng.choice([old[::-1], [*old, old[0]], old[:-1]])
    else:
        known[name] = rng.choice([0.0, 0.25, 1, 2])
    return True

"""The keys that each kind of entry can have.

A refused key is removed from its entry, so that later passes only see valid keys. A key
that is in no set of `_TAKES` is refused everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.entries.when import each_round
from mlpgen.layers import CONTAINERS
from mlpgen.names.members import member_of
from mlpgen.spec.entries import ENTRY_KEYS
from mlpgen.spec.types import CUSTOM, SHARE, TENSORS, is_function, layer_class
from mlpgen.spec.wording import listed
from mlpgen.symbols.expressions import is_expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems

_MADE = frozenset({"repeat", "names", "when", "else", "batch_dims"})
_TAKES = {
    "layer": _MADE | {"share", "select", "init", "parametrize", "unused"},
    "function": frozenset({"when", "else", "select", "batch_dims"}),
    "tensor": frozenset({"unused"}),
    "block": _MADE | {"select", "init"},
    "container": _MADE | {"numbered", "init", "unused"},
    "custom": _MADE,
    "share": frozenset({"share", "batch_dims", "unused"}),
}
"""The keys of each kind of entry, in addition to `name` and `from`."""

_CODES = {
    "init": "MG229",
    "parametrize": "MG229",
    "select": "MG219",
    "share": "MG226",
    "repeat": "MG221",
    "when": "MG225",
    "else": "MG225",
    "numbered": "MG250",
    "names": "MG251",
    "batch_dims": "MG254",
    "unused": "MG255",
}
"""The code of mistakes with each key."""

_RUNS = ("from", "repeat", "names", "when", "else", "select", "batch_dims")
"""Keys that say how a layer runs, which one that is unused cannot have."""

_CONTRADICT = {
    ("init", "repeat"): ("MG229", "write rules in the `init` of the model"),
    ("init", "parametrize"): ("MG229", "a computed weight has no initial value"),
    ("share", "parametrize"): ("MG229", "a computed weight cannot be shared"),
    ("when", "share"): (
        "MG226",
        "a layer that may be left out cannot share its parameters",
    ),
}
"""Keys that a layer cannot have together: the code, and the help."""


class _Refusal(NamedTuple):
    """A key that its entry cannot have.

    Attributes:
        key: The key.
        code: The code of the mistake.
        message: What is wrong.
        help: What to write instead.
        read: Whether later passes see the key, since the layer fits by it only.
    """

    key: str
    code: str
    message: str
    help: str
    read: bool = False


def understood(
    entries: tuple[Entry, ...],
    problems: Problems,
    *,
    chain: bool = False,
    numbered: bool = False,
) -> tuple[Entry, ...]:
    """Refuse invalid keys, and remove them from the entries.

    Args:
        entries: The entries of a list of layers.
        problems: Collects mistakes.
        chain: Whether they are in a `Sequential`.
        numbered: Whether their keys are numbers.
    """
    return tuple(
        _understood(entry, problems, chain=chain, numbered=numbered)
        for entry in entries
    )


def _understood(
    entry: Entry, problems: Problems, *, chain: bool, numbered: bool
) -> Entry:
    inside = entry.options.get("numbered", False)
    chained = not entry.computed
    children = understood(entry.children, problems, chain=chained, numbered=inside)
    if entry.unused and not entry.computed:
        children = _all_unused(children, problems)
    refusals = _refusals(entry, chain=chain, numbered=numbered)
    for key, code, message, help, _ in refusals:
        problems.add(code, message, (*entry.path, key), key=True, help=help)
    refused = {each.key for each in refusals if not each.read}
    sources = None if "from" in refused else entry.sources
    lost = entry.type == SHARE and SHARE in refused
    type_ = "" if lost else entry.type
    entry = entry._replace(type=type_, children=children, sources=sources)
    return entry.without(*refused)


def _all_unused(children: tuple[Entry, ...], problems: Problems) -> tuple[Entry, ...]:
    """Refuse keys in a `Sequential` that is unused, as if each layer in it were."""
    found = []
    for child in children:
        for key, code, message, help, _ in (refused := [*_never_called(child)]):
            problems.add(code, message, (*child.path, key), key=True, help=help)
        inside = _all_unused(child.children, problems)
        child = child._replace(children=inside)
        found.append(child.without(*(each.key for each in refused)))
    return (*found,)


def _refusals(entry: Entry, *, chain: bool, numbered: bool) -> list[_Refusal]:
    """Return the invalid keys of an entry.

    Each key is reported once: for its container, else its type, else other keys.
    """
    found: list[_Refusal] = []
    place = (*([_in_a_chain] if chain else []), *([_in_numbers] if numbered else []))
    for each in (*place, of_kind, _never_called, _contradictions, _alone, _in_a_list):
        refused = {refusal.key for refusal in found}
        if each is _never_called and (not entry.unused or "unused" in refused):
            continue
        found += [refusal for refusal in each(entry) if refusal.key not in refused]
    return found


def _in_a_chain(entry: Entry) -> Iterator[_Refusal]:
    """Refuse keys that branch, or that need an attribute of the class."""
    branches = "its layers run one after the other; a block can branch"
    helps = {
        "from": branches,
        "else": branches,
        "share": branches,
        "init": "put the layer in a block, or write rules in the `init` of the model",
        "unused": "write the layer beside the `Sequential`, or in a block",
    }
    codes = {"init": "MG229", "unused": "MG255"}
    for key, help in helps.items():
        if key in entry.options or (key == "from" and entry.sources is not None):
            code = codes.get(key, "MG220")
            message = f"`{key}` cannot be used in a `Sequential`"
            yield _Refusal(key, code, message, help)


def _in_numbers(entry: Entry) -> Iterator[_Refusal]:
    """Refuse rounds that are left out, between others that have numbers."""
    if each_round(entry):
        message = "a `when` that uses `index` cannot be used where layers are numbered"
        help = "put the layer in a block, with `when` inside it"
        yield _Refusal("when", "MG250", message, help)
    if "names" in entry.options:
        message = "`names` cannot be used where layers are numbered"
        help = "put the layer in a `Sequential` of its own, without `numbered`"
        yield _Refusal("names", "MG251", message, help)
    if "batch_dims" in entry.options:
        message = "`batch_dims` cannot be used where layers are numbered"
        help = "put the layer in a block, with `batch_dims` inside it"
        yield _Refusal("batch_dims", "MG254", message, help, read=True)


def of_kind(entry: Entry) -> Iterator[_Refusal]:
    """Refuse keys that no entry of its kind can have."""
    if not entry.type:
        return  # its type could not be read
    kind = kind_of(entry.type)
    new = kind == "tensor" and entry.type not in TENSORS
    lacks = {"unused"} if new or entry.variable else set[str]()
    for key in entry.options:
        if key in ENTRY_KEYS and key not in _TAKES[kind] - lacks:
            code = "MG226" if (kind, key) == ("share", "when") else _CODES[key]
            message = f"`{key}` cannot be used with `{entry.type}`"
            yield _Refusal(key, code, message, _help(kind, key, entry.type))


def _never_called(entry: Entry) -> Iterator[_Refusal]:
    """Refuse keys that say how a layer runs, for one that never does."""
    for key in _RUNS:
        if key in entry.options or (key == "from" and entry.sources is not None):
            message = f"`{key}` cannot be combined with `unused`"
            help = "a layer that is `unused` is made, and never called"
            yield _Refusal(key, "MG255", message, help)


def _contradictions(entry: Entry) -> Iterator[_Refusal]:
    """Refuse keys that cannot be combined."""
    if entry.type == SHARE:
        return
    if "names" in entry.options and "repeat" not in entry.options:
        message = "`names` names the rounds of `repeat`, which this entry lacks"
        yield _Refusal("names", "MG251", message, "`name` is the name of the layer")
    found: dict[str, list[str]] = {}
    for key, other in _CONTRADICT:
        # A plain `when` is true for any arguments of the class.
        plain = key == "when" and isinstance(entry.options.get(key), bool)
        if {key, other} <= entry.options.keys() and not plain:
            found.setdefault(key, []).append(other)
    for key, others in found.items():
        code, help = _CONTRADICT[key, others[0]]
        message = f"`{key}` cannot be combined with {listed(others)}"
        yield _Refusal(key, code, message, help)


def _alone(entry: Entry) -> Iterator[_Refusal]:
    """Refuse a source for when a layer is left out, if it never is."""
    if "else" in entry.options and "when" not in entry.options:
        help = 'say when the layer is left out: `when: "${…}"`'
        yield _Refusal("else", "MG225", "`else` needs `when`", help)


def _in_a_list(entry: Entry) -> Iterator[_Refusal]:
    """Refuse what would put None into a list of modules."""
    if "else" in entry.options and member_of(entry.name):
        message = "`else` cannot be used with a member of a list"
        help = "put the layer in a block, with `when` and `else` inside it"
        yield _Refusal("else", "MG252", message, help)


def kind_of(type_: str) -> str:
    """Return the kind of an entry, as `_TAKES` names it."""
    if type_ in TENSORS:
        return "tensor"
    if type_ in CONTAINERS:
        return "container"
    if type_ in (CUSTOM, SHARE):
        return type_
    cls = layer_class(type_)
    if is_function(type_):
        return "function" if cls is None or cls.arity[1] else "tensor"
    if is_expression(type_):
        return "layer"  # of some type, which is known when its class is used
    return "layer" if cls else "block"


def _help(kind: str, key: str, type_: str) -> str:
    """Return what to write instead of an invalid key."""
    again = "`- share: name` alone reuses the module of a layer"
    there = "write it on the layers inside it"
    block = "put it in a block, and repeat that"
    one = "it returns one tensor: leave `select` out"
    original = "write it on the layer whose module this is"
    helps = {
        ("tensor", "init"): f"it is an argument: `{type_}: {{shape: …, init: …}}`"
        if type_ in TENSORS
        else "",
        ("share", "init"): original,
        ("share", "parametrize"): original,
        ("share", "select"): "use a part of it by its name: `from: name.part`",
        ("share", "repeat"): "write the entry once for each time it runs",
        ("share", "when"): "only a module created here can be left out",
        ("share", "else"): "only a module created here can be left out",
        ("function", "unused"): "only what `__init__` makes can be unused",
        ("tensor", "unused"): "only what `__init__` makes can be unused",
        ("layer", "unused"): "name its type",
        ("block", "unused"): "write its layers in a `Sequential` that is unused",
        ("custom", "unused"): "leave it out, or write layers with the same keys",
        ("function", "repeat"): block,
        ("function", "share"): "only modules have parameters to share",
        ("custom", "share"): again,
        ("custom", "select"): one,
        ("block", "parametrize"): there,
        ("block", "share"): again,
        ("block", "numbered"): "write it in the block, beside its `layers`",
        ("container", "parametrize"): there,
        ("container", "share"): again,
        ("container", "select"): one,
    }
    return helps.get((kind, key), "")

"""Random specs with branches, joins, blocks, repeats, conditions and shared layers.

Each layer is first tried in a spec of its own, with the current inputs, and kept if it
fits. So the whole spec is resolved only once.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

from mlpgen import SpecError
from mlpgen.layers.base import Value
from mlpgen.names.identifiers import snake_case
from mlpgen.names.members import attribute_of
from mlpgen.spec.entries import ENTRY_KEYS
from mlpgen.spec.types import TENSORS

from .entry_pools import (
    ANY,
    BLOCKS,
    INPUTS,
    JOINS,
    OTHERS,
    PARAMETERS,
    RANKS,
    SEQUENCES,
    UNARY,
    Entry,
)
from .networks import network
from .random_sizes import with_free_sizes
from .random_tensors import kinds, tensor_entry

WEIGHTED = ("Linear", "Conv1d", "Conv2d", "Embedding")
OF_ONE = ("name", "init", "parametrize", "repeat", "names")
"""Keys of a layer that one sharing its parameters does not copy."""


class Known(NamedTuple):
    """A value, and the learned tensor that it is, if any."""

    name: str
    value: Value
    tensor: Any = None


class Made(NamedTuple):
    """A layer that can be shared, and its inputs."""

    name: str
    entry: Entry
    sources: tuple[Known, ...]


_results: dict[str, dict[str, Value] | None] = {}


def results(
    layers: list[Entry],
    sources: list[tuple[Known, ...]],
    parameters: dict[str, Any],
    blocks: dict[str, Any],
    other: Known | None = None,
) -> dict[str, Value] | None:
    """Resolve the last of some layers, on values; None if it does not fit.

    Args:
        layers: The layers.
        sources: The values that each takes.
        parameters: The parameters of their class.
        blocks: The blocks of the spec.
        other: What passes where the last one is left out.
    """
    used = needed(layers, blocks)
    key = json.dumps([layers, sources, parameters, used, other])
    if key not in _results:
        _results[key] = _resolved(layers, sources, parameters, used, other)
    return _results[key]


def _resolved(
    layers: list[Entry],
    sources: list[tuple[Known, ...]],
    parameters: dict[str, Any],
    blocks: dict[str, Any],
    other: Known | None,
) -> dict[str, Value] | None:
    passing = [(other,)] if other else []
    known = {each.name: each for found in sources + passing for each in found}
    given = list(known)
    names = {name: f"in{index}" for index, name in enumerate(given)}
    entries: list[Any] = []
    inputs = {}
    for name, each in known.items():
        if each.tensor:
            entries.append({"parameter": each.tensor, "name": names[name]})
        else:
            inputs[names[name]] = {
                "shape": list(each.value.shape),
                "dtype": each.value.dtype,
            }
    for layer, taken in zip(layers, sources, strict=True):
        entries.append({**layer, "from": [names[each.name] for each in taken]})
    if other:
        entries[-1]["else"] = names[other.name]
    if not inputs:
        return None
    data = {"name": "Mini", "parameters": parameters, "blocks": blocks}
    last = entries[-1].get("name") or default_name(entries)
    try:
        net = network({**data, "input": inputs, "layers": entries})
        graph = net.graph
        return graph.nodes[-1].parts if graph.nodes[-1].name == last else None
    except SpecError:
        return None


def needed(layers: list[Entry], blocks: dict[str, Any]) -> dict[str, Any]:
    """Return the blocks that layers use, and those that these use."""
    text, found = json.dumps(layers), dict[str, Any]()
    for name in reversed(blocks):
        if f'"{name}"' in text:
            found = {name: blocks[name], **found}
            text += json.dumps(blocks[name])
    return found


def type_of(entry: Any) -> str:
    """Return the type of an entry."""
    if isinstance(entry, str):
        return entry
    return next((key for key in entry if key not in ENTRY_KEYS), "share")


def can_be_held(entry: Entry) -> bool:
    """Tell whether a list can hold an entry: it is one module, and not None."""
    type_ = type_of(entry)
    links = (*WEIGHTED, "Sequential")
    module = type_[0] == "$" or type_[0].isupper()
    return module and "else" not in entry and ("repeat" not in entry or type_ in links)


def is_made(entry: Entry) -> bool:
    """Tell whether `__init__` makes what an entry is."""
    type_ = type_of(entry)
    return type_ in TENSORS or type_[0] == "$" or type_[0].isupper()


def default_name(entries: list[Any]) -> str:
    """Return the default name of the last entry; empty if it has another."""
    taken = {each["name"] for each in entries if "name" in each}
    counts: dict[str, int] = {}
    name = ""
    for each in entries:
        name = ""
        if "name" in each:
            continue
        stem = snake_case(type_of(each).strip("${}"))
        while True:
            counts[stem] = counts.get(stem, 0) + 1
            name = f"{stem}_{counts[stem]}"
            if name not in taken:
                break
    return name


class Drawing:
    """Draws the layers of one class."""

    def __init__(
        self,
        draw: st.DrawFn,
        inputs: list[Known],
        parameters: dict[str, Any],
        blocks: dict[str, Any],
    ) -> None:
        self.draw = draw
        self.known = list(inputs)
        self.parameters = parameters
        self.blocks = blocks
        self.layers: list[Entry] = []
        self.made: list[Made] = []
        self.last = inputs[0]
        self.loose = {each.name for each in inputs}
        self.inputs = len(inputs)

    def chance(self, of: int) -> bool:
        """Return True with a probability."""
        return self.draw(st.integers(1, of)) == of

    def choose(self, options: list[Any]) -> Any:
        """Choose one of several."""
        return options[self.draw(st.integers(0, len(options) - 1))]

    def step(self) -> None:
        """Add one layer, if it fits."""
        kind = self.draw(st.integers(0, 19))
        if kind < 5:
            self.join()
        elif kind == 5:
            self.hold()
        elif kind in (6, 8) and self.made:
            self.share()
        elif kind in (7, 9):
            self.sequential()
        elif kind in (9, 10, 11) and len(self.last.value.shape) == 2:
            self.sequence()
        else:
            self.layer()

    def source(self) -> Known:
        """Choose a value: mostly the last, or an unused one."""
        kind = self.draw(st.integers(0, 9))
        if kind < 6:
            return self.last
        loose = [each for each in self.known if each.name in self.loose]
        found: Known = self.choose(loose if loose and kind < 9 else self.known)
        return found

    def module(self, value: Value, *, functions: bool) -> Entry:
        """Choose a layer for a value."""
        if value.dtype != "float32":
            return as_entry(self.choose(["float", {"add": 1}, {"eq": 1}]))
        if functions and self.chance(4):
            return as_entry(self.choose(UNARY))
        pool = ANY + RANKS.get(len(value.shape), []) * 2
        return as_entry(self.choose(pool))

    def layer(self) -> None:
        """Add a layer that takes one value."""
        source = self.source()
        if source.value.dtype == "int64" and source in self.known[: self.inputs]:
            entry = {"Embedding": {"num_embeddings": 40, "embedding_dim": 8}}
        else:
            entry = self.module(source.value, functions=True)
        if self.chance(5) or "index" in json.dumps(entry):
            counts = [2, 3, 4, 5, *self.numbers()]
            entry["repeat"] = self.choose(counts)
            self.name_rounds(entry)
        if self.chance(4):
            entry["when"] = self.condition()
        if self.chance(4) and type_of(entry) in WEIGHTED:
            weight = {"init": {"weight": {"normal_": {"std": 0.1}}}}
            computed = self.choose(["weight_norm", "spectral_norm"])
            of_kinds = {"init": kinds(self.choose)}
            entry |= self.choose([weight, {"parametrize": computed}, of_kinds])
        elif self.chance(6) and type_of(entry) in (*BLOCKS, "LSTM", "GRU"):
            entry["init"] = kinds(self.choose)
        self.add(entry, (source,))

    def name_rounds(self, entry: Entry) -> None:
        """Give the rounds of an entry names, at times."""
        if self.chance(3):
            entry["names"] = self.choose(["round${index}", "r_${3 - 2 * index}"])

    def numbers(self) -> list[str]:
        return [f"${{{n}}}" for n, v in self.parameters.items() if type(v) is int][-1:]

    def condition(self) -> Any:
        flag = next(n for n, v in self.parameters.items() if v is True or v is False)
        number = next(n for n, v in self.parameters.items() if type(v) is int)
        return self.choose(
            [True, False, f"${{{flag}}}", f"${{not {flag}}}", f"${{{number} > 4}}"]
        )

    def join(self) -> None:
        """Add a layer that takes several values."""
        count, entry = self.choose(JOINS)
        sources = [self.source()]
        for _ in range(count - 1):
            alike = [k for k in self.known if k.value.shape == sources[0].value.shape]
            near = [
                k
                for k in self.known
                if len(k.value.shape) == len(sources[0].value.shape)
            ]
            sources.append(self.choose(self.choose([alike, alike, near, self.known])))
        entry = as_entry(entry)
        if self.chance(5):
            entry["when"] = self.condition()
        self.add(entry, tuple(sources))

    def hold(self) -> None:
        """Add a learned tensor, and join it with a value."""
        value = self.last.value
        if not value.shape or value.dtype != "float32" or not value.batched:
            return
        shape = [1, *value.shape] if self.chance(2) else [*value.shape]
        join = self.choose(["add", "mul", {"cat": {"dim": 1}}])
        self.with_tensor(as_entry(join), shape, first=self.chance(2))

    def with_tensor(self, entry: Entry, shape: list[int], *, first: bool) -> None:
        """Add a layer of the last value and a learned tensor, if it fits."""
        init = self.choose([{}, {"init": {"normal_": {"std": 0.5}}}])
        tensor = {"shape": shape, **init}
        learned = tensor_entry(self.choose, shape, init)
        name = self.name(learned)
        self.layers.append(learned)
        known = Known(name, Value(tuple(shape), "float32", batched=False), tensor)
        self.known.append(known)
        pair = (self.last, known)
        self.last = known
        if not self.add(entry, pair[::-1] if first else pair):
            self.layers.pop()
            self.known.pop()
            self.last = pair[0]

    def sequence(self) -> None:
        """Add a layer of sequences with a mask, or with their lengths."""
        lengths = [k for k in self.known[: self.inputs] if k.name == "lengths"]
        pool = [each for each in SEQUENCES if lengths or each[0] != "lengths"]
        takes, entry = self.choose(pool)
        if takes == "mask":
            shape = [self.last.value.shape[0]] * 2
            self.with_tensor(dict(entry), shape, first=False)
        else:
            more = lengths[:1] if takes else []
            self.add(dict(entry), (self.last, *more))

    def share(self) -> None:
        """Use a layer, or its weights, again."""
        made = self.choose(self.made)
        taken = made.sources[0].value
        alike = [k for k in self.known if k.value == taken and not k.tensor]
        source = self.choose([*alike, self.source()])
        entry: Entry = {"share": made.name}
        if self.chance(2) and type_of(made.entry) in WEIGHTED:
            kept = {k: v for k, v in made.entry.items() if k not in OF_ONE}
            entry = {**kept, "share": made.name}
            if self.chance(2):
                entry["repeat"] = self.choose([1, 2, 3, *self.numbers()])
        first = {**made.entry, "name": "first"}
        found = results(
            [first, {**entry, "share": "first", "name": "second"}],
            [made.sources, (source,)],
            self.parameters,
            self.blocks,
        )
        if found is not None:
            self.add(entry, (source,), found=found)

    def sequential(self) -> None:
        """Add a chain in a `Sequential`."""
        source = self.source()
        children: list[Any] = []
        numbered = {"numbered": True} if self.chance(2) else {}
        for _ in range(self.draw(st.integers(1, 4))):
            child = self.module(source.value, functions=True)
            if self.chance(4 if numbered else 6):
                child = {**child, "repeat": self.choose([2, 2, *self.numbers()])}
            child = {**child, "when": self.condition()} if self.chance(8) else child
            if not numbered and self.chance(6):
                child = {**child, "batch_dims": 2}
            kept: Entry = {"Sequential": [*children, child], **numbered}
            if results([kept], [(source,)], self.parameters, self.blocks):
                children.append(child)
        entry: Entry = {"Sequential": children, **numbered}
        if self.chance(4):
            entry["repeat"] = self.choose([2, 3, *self.numbers()])
            self.name_rounds(entry)
        if self.chance(5):
            entry["when"] = self.condition()
        if children:
            self.add(entry, (source,))

    def name(self, entry: Entry) -> str:
        """Name an entry, or return its default name."""
        if self.chance(3):
            entry["name"] = f"part_{len(self.layers)}"
            if can_be_held(entry) and self.chance(2):
                entry["name"] = self.choose([f"ways.{entry['name']}", self.number()])
            return str(entry["name"])
        return default_name([*self.layers, entry])

    def number(self) -> str:
        """Return the name of the next member of a list."""
        names = [each["name"] for each in self.layers if "name" in each]
        return f"steps.{sum(name.startswith('steps.') for name in names)}"

    def add(
        self,
        entry: Entry,
        sources: tuple[Known, ...],
        found: dict[str, Value] | None = None,
    ) -> bool:
        """Add a layer, if it fits; at times it sees more examples."""
        other = None
        if found is None and self.chance(6):
            more = {**entry, "batch_dims": self.choose([2, 2, 3])}
            fits = results([more], [sources], self.parameters, self.blocks)
            entry = more if fits else entry
        if "when" in entry and found is None and not self.chance(3):
            count = len(sources[0].value.shape)
            near = [k for k in self.known if len(k.value.shape) == count]
            other = self.choose(self.choose([near, near, near, self.known]))
            found = results([entry], [sources], self.parameters, self.blocks, other)
            entry = {**entry, "else": other.name}
        if found is None:
            other = None
            entry = {key: each for key, each in entry.items() if key != "else"}
            found = results([entry], [sources], self.parameters, self.blocks)
        if found is None:
            return False
        entry = dict(entry)
        name = self.name(entry)
        if sources != (self.last,) or self.chance(10):
            names = [each.name for each in sources]
            one = len(names) == 1 and self.chance(2)
            entry["from"] = names[0] if one else names
        self.layers.append(entry)
        for index, (part, value) in enumerate(found.items()):
            whole = Value(tuple(map(int, value.shape)), value.dtype, value.batched)
            known = Known(f"{name}.{part}" if index else name, whole)
            self.known.append(known)
            if index == 0:
                self.last = known
        module = type_of(entry)[0] == "$" or type_of(entry)[0].isupper()
        if module and len(sources) == 1 and not {"when", "share"} & entry.keys():
            plain = {k: v for k, v in entry.items() if k not in ("from", "name")}
            self.made.append(Made(name, plain, sources))
        self.loose -= {each.name for each in sources} | {other.name if other else ""}
        self.loose.add(name)
        return True

    def order(self) -> dict[str, list[str]]:
        """Let some layers be made before the others, in a quarter of all classes."""
        made = [
            attribute_of(default_name(self.layers[: at + 1]) or each["name"])
            for at, each in enumerate(self.layers)
            if is_made(each)
        ]
        if not made or not self.chance(4):
            return {}
        names = st.sampled_from([*dict.fromkeys(made)])
        return {"order": self.draw(st.lists(names, min_size=1, unique=True))}

    def ends(self) -> list[str]:
        """Return the unused layers, the last one first."""
        names = [each.name for each in self.known[self.inputs :] if not each.tensor]
        return [name for name in reversed(names) if name in self.loose]


def as_entry(layer: Any) -> Entry:
    """Write a layer as a mapping."""
    return {layer: None} if isinstance(layer, str) else dict(layer)


@st.composite
def blocks(draw: st.DrawFn, known: dict[str, Any]) -> dict[str, Any]:
    """Draw a block for inputs that it may not get."""
    several = draw(st.booleans())
    chosen = [draw(st.sampled_from(INPUTS[:6])) for _ in range(1 + several)]
    names = ["left", "right"][: len(chosen)] if several else ["input"]
    inputs = [
        Known(name, Value(tuple(shape)))
        for name, (_, shape) in zip(names, chosen, strict=True)
    ]
    parameters = dict(PARAMETERS)
    drawing = Drawing(draw, inputs, parameters, known)
    for _ in range(draw(st.integers(1, 6))):
        drawing.step()
    for each in inputs:
        if each.name in drawing.loose:
            drawing.add({"Identity": None}, (each,))
    ends = drawing.ends()
    block: dict[str, Any] = {"parameters": parameters, "layers": drawing.layers}
    text = json.dumps(drawing.layers)
    block["parameters"] = {n: v for n, v in parameters.items() if n in text}
    block |= drawing.order()
    if several:
        block["input"] = names
        block["outputs"] = ends
    return block


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a spec; a few have mistakes that only the whole spec shows."""
    chosen = [
        INPUTS[index]
        for index in draw(
            st.lists(
                st.integers(0, len(INPUTS) - 1), min_size=1, max_size=3, unique=True
            )
        )
    ]
    single = len(chosen) == 1 and isinstance(chosen[0][1], list) and draw(st.booleans())
    inputs = []
    for name, shape in chosen:
        value = (
            Value(tuple(shape))
            if isinstance(shape, list)
            else Value(tuple(shape["shape"]), shape["dtype"])
        )
        inputs.append(Known("input" if single else name, value))
    own = dict(BLOCKS)
    for index in range(draw(st.integers(0, 2))):
        own[f"Drawn{index}"] = draw(blocks(dict(own)))
    drawing = Drawing(draw, inputs, dict(PARAMETERS), own)
    for _ in range(draw(st.integers(2, 12))):
        if len(own) > len(BLOCKS) and drawing.chance(4):
            drawn = draw(st.sampled_from([n for n in own if n not in BLOCKS]))
            several = "input" in own[drawn]
            arguments = {}
            if drawing.chance(2):
                name = draw(st.sampled_from([*own[drawn]["parameters"], "width"]))
                if name in own[drawn]["parameters"]:
                    other = draw(st.sampled_from([*OTHERS[name], f"${{{name}}}"]))
                    arguments = {name: other}
            entry: Entry = {drawn: arguments or None}
            if not several and drawing.chance(4):
                entry["repeat"] = draw(st.integers(2, 3))
            drawing.add(entry, tuple(drawing.source() for _ in range(1 + several)))
        else:
            drawing.step()
    for each in inputs:
        if each.name in drawing.loose:
            drawing.add({"float": None}, (each,))
    ends = drawing.ends()
    spec: dict[str, Any] = {
        "name": "Model",
        "parameters": dict(PARAMETERS),
        "input": chosen[0][1] if single else dict(chosen),
        "layers": drawing.layers,
        "outputs": ends[:4],
        **drawing.order(),
    }
    if draw(st.booleans()):
        del spec["outputs"]
    spec["blocks"] = needed(drawing.layers, own)
    text = json.dumps(drawing.layers)
    spec["parameters"] = {n: v for n, v in PARAMETERS.items() if n in text}
    if drawing.chance(6):
        types = [*spec["blocks"], *(each for each in WEIGHTED if f'"{each}"' in text)]
        rules = [
            kinds(drawing.choose),
            {},
            *({t: kinds(drawing.choose)} for t in types),
        ]
        spec["init"] = {**drawing.choose(rules), **drawing.choose(rules)} or None
    return with_free_sizes(drawing, spec) if drawing.chance(2) else spec

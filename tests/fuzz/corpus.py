"""The specs that are recombined: small valid ones from tests, docs and `specs/`."""

from __future__ import annotations

import copy
import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mlpgen import SpecError, source
from mlpgen.functions import FUNCTIONS
from mlpgen.graph.build import build
from mlpgen.layers import LAYERS

from ..entry_pools import ANY, BLOCKS, JOINS, RANKS
from .plain_specs import classes, lists, mapping_of, text, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph

    from .plain_specs import Data, Entry

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).parent / "specs.yaml"
MOST_MULTIPLY_ADDS = 1_500_000
MOST_PARAMETERS = 100_000
_FACTORS = (1, 64, 32, 16, 8, 4, 2)
_SIDES = (8, 16, 28, 32, 64)
_ROUNDS = ("depth", "repeat", "num_layers")
_MOST_ROUNDS = 3
_NUMBERS: dict[str, dict[int, int]] = {
    "GPT2": {50257: 40, 768: 12, 12: 2, 1024: 6},
    "MnistTransformer": {48: 8},
    "RegNetY400MF": {48: 8, 104: 16, 208: 16, 440: 24, 1000: 5, 224: 32, 6: 2, 32: 8},
    "SwinT": {
        96: 6,
        6: 1,
        12: 1,
        24: 2,
        224: 64,
        1000: 5,
        7: 2,
        49: 4,
        13: 3,
        169: 9,
    },
    "TransformerClassifier": {20000: 40, 128: 8, 256: 6},
    "VariationalAutoencoder": {400: 12, 784: 64, 28: 8, 20: 4},
    "ViTB16": {768: 12, 12: 2, 3072: 16, 1000: 5, 224: 32, 197: 5},
}
"""Related numbers: each has a small one of its own."""
SCALES = {
    "ConvNeXtTiny": (64, 32),
    "DPN26": (64, 8),
    "DenseNet121": (64, 32),
    "Inception": (64, 8),
    "Llama": (32, 8),
    "MobileNetV2": (64, 8),
    "ResNeXt50": (64, 8),
    "ResNet18": (64, 8),
    "ResNet50": (64, 8),
    "ShuffleNetV2": (64, 8),
    "UNet": (64, 8),
    "VGG16": (64, 32),
}
"""The factors and sides of large specs, which take long to find."""


class Origin(NamedTuple):
    """A valid spec, and its origin."""

    name: str
    data: Data


class Corpus(NamedTuple):
    """The material for specs.

    Attributes:
        specs: Valid ones.
        entries: Layers by type, from the specs and the catalogue.
        blocks: Blocks with those that they use, by name.
        scalars: Values by the name of their argument.
    """

    specs: tuple[Origin, ...]
    entries: dict[str, list[Entry]]
    blocks: list[tuple[str, Data]]
    scalars: dict[str, list[Any]]


@cache
def corpus() -> Corpus:
    """Collect it, always in the same order."""
    specs = (*_committed(), *_listed(), *_pooled())
    entries: dict[str, list[Entry]] = {}
    for entry in _entries(specs):
        known = entries.setdefault(type_of(entry), [])
        if entry not in known:
            known.append(entry)
    return Corpus(specs, entries, [*_blocks(specs)], _scalars(entries))


def resolved(data: Data) -> Graph | None:
    """Resolve a spec; None if it has mistakes."""
    return _resolved(text(data))


@lru_cache(maxsize=256)
def _resolved(written: str) -> Graph | None:
    try:
        return build(source.parse(written.encode(), "spec.yaml")).graph
    except SpecError:
        return None


def small(data: Data) -> Data | None:
    """Shrink a spec so that it runs fast; None if that fails."""
    if data.get("name") in _NUMBERS:
        return _checked(_replaced(data, _NUMBERS[data["name"]]))
    if data.get("name") in SCALES:
        return _checked(_scaled(data, *SCALES[data["name"]]))
    return searched(data)


def searched(data: Data) -> Data | None:
    """Find the scale at which a spec is small; None if there is none."""
    for factor in _FACTORS:
        found: Data | None = None
        for side in _SIDES:
            before, found = found, _scaled(data, factor, side)
            if found == before:
                break  # larger sides crop nothing
            graph = resolved(found)
            if graph is not None:
                if is_small(graph):
                    return found
                break  # larger sides only make it larger
    return None


def is_small(graph: Graph) -> bool:
    """Return whether a model runs fast."""
    return (
        graph.total_multiply_adds <= MOST_MULTIPLY_ADDS
        and graph.total_parameters <= MOST_PARAMETERS
    )


def _checked(data: Data) -> Data | None:
    graph = resolved(data)
    return data if graph is not None and is_small(graph) else None


def _replaced(value: Any, numbers: dict[int, int]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, numbers) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, numbers) for each in value]
    if isinstance(value, str) and value.startswith("${"):

        def smaller(found: re.Match[str]) -> str:
            return str(numbers.get(int(found.group()), found.group()))

        return re.sub(r"\b\d+\b(?![.\d])", smaller, value)
    return numbers.get(value, value) if type(value) is int else value


def _scaled(data: Data, factor: int, side: int) -> Data:
    """Divide large numbers, and crop images."""
    found: Data = _divided(data, factor)
    given = data.get("input")
    if isinstance(given, list):
        found["input"] = _cut(given, side)
    elif isinstance(given, dict):
        found["input"] = {
            name: _cut(each, side)
            if isinstance(each, list)
            else {**each, "shape": _cut(each.get("shape"), min(side, 12))}
            for name, each in given.items()
        }
    if isinstance(data.get("sizes"), dict):
        most = side if isinstance(given, list) else min(side, 12)
        found["sizes"] = {name: min(size, most) for name, size in data["sizes"].items()}
    return found


def _divided(value: Any, factor: int) -> Any:
    if isinstance(value, dict):
        return {
            key: min(each, _MOST_ROUNDS)
            if factor > 1 and key in _ROUNDS and type(each) is int
            else _divided(each, factor)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_divided(each, factor) for each in value]
    if type(value) is int and value >= 16:
        return max(4, -(-value // factor // 4) * 4)
    return value


def _cut(shape: Any, side: int) -> Any:
    if not isinstance(shape, list):
        return shape
    return [side if type(size) is int and size > side else size for size in shape]


def _committed() -> Iterator[Origin]:
    for stem, data in committed():
        training = data.pop("training", None)
        found = small(data)
        if found is None:
            raise ValueError(f"{stem} has no small form")
        yield Origin(stem, found)
        whole = {**found, "training": training}
        if training and resolved(whole):
            yield Origin(f"{stem} with training", whole)


def committed() -> Iterator[Origin]:
    """Read the specs of the repository, with all their blocks."""
    for pattern in ("specs/*.yaml", "specs/*/*.yaml", "templates/init/*.yaml"):
        for path in sorted(ROOT.glob(pattern)):
            data = _plain(source.read(str(path)).data)
            for name in data.pop("include", []):
                other = _plain(source.read(str(path.parent / name)).data)
                data["blocks"] = {**other["blocks"], **data.get("blocks", {})}
            yield Origin(path.stem, data)


def _listed() -> Iterator[Origin]:
    """Read a separate list of specs, so that other tests do not change the cases."""
    listed = yaml.safe_load_all(LIST.read_text(encoding="utf-8"))
    for number, data in enumerate(listed, 1):
        yield Origin(f"{LIST.name} {number}", data)


def _plain(data: Any) -> Any:
    """Copy data without its places."""
    return json.loads(json.dumps(data))


def _pooled() -> Iterator[Origin]:
    """Return handwritten blocks with inputs that fit them."""
    for shape in ([4, 8, 8], [6, 8]):
        for name in BLOCKS:
            blocks = {each: BLOCKS[each] for each in needed(name, BLOCKS)}
            data = {"name": "Net", "input": shape, "blocks": copy.deepcopy(blocks)}
            data["layers"] = ["Identity", {name: None}]
            if _checked(data) is not None:
                yield Origin(name, data)


def _entries(specs: tuple[Origin, ...]) -> Iterator[Entry]:
    for origin in specs:
        for each in classes(origin.data):
            blocks = origin.data.get("blocks") or {}
            for layers in lists(each.data["layers"]):
                yield from (entry for entry in layers if type_of(entry) not in blocks)
    for catalogue in (LAYERS, FUNCTIONS):
        for cls in catalogue.values():
            yield yaml.safe_load(cls.example)
    pools = [*ANY, *(entry for some in RANKS.values() for entry in some)]
    yield from (entry for entry in pools if type_of(entry) not in BLOCKS)
    yield from (entry for _, entry in JOINS if type_of(entry) not in BLOCKS)


def _blocks(specs: tuple[Origin, ...]) -> Iterator[tuple[str, Data]]:
    seen: list[Data] = []
    for origin in specs:
        known = origin.data.get("blocks") or {}
        for name, block in known.items():
            if block not in seen:
                seen.append(block)
                yield name, {each: known[each] for each in needed(name, known)}


def needed(name: str, blocks: Data) -> list[str]:
    """Name a block and those that it uses, each before its users."""
    found: list[str] = []
    for each in classes({"blocks": {name: blocks[name]}, "layers": 0}):
        for layers in lists(each.data["layers"]):
            for entry in layers:
                if type_of(entry) in blocks and type_of(entry) != name:
                    found += needed(type_of(entry), blocks)
    return [*dict.fromkeys(found), name]


def _scalars(entries: dict[str, list[Entry]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for type_, some in entries.items():
        for entry in some:
            arguments = mapping_of(entry).get(type_)
            if not isinstance(arguments, dict):
                arguments = {} if arguments is None else {type_: arguments}
            for key, value in arguments.items():
                known = found.setdefault(str(key), [])
                if value not in known and not isinstance(value, dict):
                    known.append(value)
    return found

"""The network by its spec alone, on what the model holds: a second opinion.

The entries of the spec are walked one by one; code of the styles is not looked at. So
what both styles get wrong in the same way is seen here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from .arithmetic import computed
from .common import SEED, FailsError, call, close, counted, difference
from .functions import Held, evaluated, names_of_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .common import Subject

Parts = dict[str, Held]
"""What a layer gives, by the names of its parts; the first is the layer's value."""
_FEW = 2
_SIZES = {
    1: ("features",),
    2: ("channels", "features"),
    3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}
_PARTS = {
    "MultiheadAttention": ["output", "weights"],
    "LSTMCell": ["hidden", "cell"],
}
_MASKS = (
    "key_padding_mask",
    "src_key_padding_mask",
    "tgt_key_padding_mask",
    "memory_key_padding_mask",
)
"""Masks of padding, in the order in which they stand behind the other inputs."""
_CAUSAL = {
    "MultiheadAttention": "attn_mask",
    "TransformerEncoderLayer": "src_mask",
    "TransformerEncoder": "mask",
    "TransformerDecoderLayer": "tgt_mask",
    "TransformerDecoder": "tgt_mask",
    "Transformer": "tgt_mask",
}
"""What the mask of what comes later is called."""


def as_written(subject: Subject) -> str:
    """The model gives what its spec says, layer by layer."""
    if not subject.plan:
        return "no plan"
    inputs = subject.inputs(_FEW)
    style, model = next(subject.mode(training=False))
    found = call(model, inputs)
    takes = [Held(each, batched=True) for each in inputs]
    walk = _Walk(model, subject.plan["blocks"])
    torch.manual_seed(SEED)
    wanted = walk.class_(subject.plan["model"], "", {}, takes)
    for claim, left, right in zip(
        subject.claims["outputs"], found, wanted.values(), strict=True
    ):
        if not close(left, right.tensor):
            said = difference(left, right.tensor)
            raise FailsError(
                f"`{claim['name']}` of {style} is not what the spec says: {said}"
            )
    return f"{counted(walk.count, 'layer')} by the spec give the same"


def value_of(raw: Any, known: Mapping[str, Any]) -> Any:
    """Compute what an argument says: expressions, and lists and mappings of them."""
    if isinstance(raw, list | tuple):
        return [value_of(each, known) for each in raw]
    if isinstance(raw, dict):
        return {key: value_of(each, known) for key, each in raw.items()}
    if isinstance(raw, str) and raw.startswith("${"):
        return computed(raw[2:-1], known)
    return raw


class _Walk:
    """Goes through the entries of a spec, with the modules of a model."""

    def __init__(self, model: nn.Module, blocks: dict[str, Any]) -> None:
        self.model = model
        self.blocks = blocks
        self.count = 0

    def class_(
        self, each: dict[str, Any], at: str, known: dict[str, Any], takes: list[Held]
    ) -> Parts:
        """Evaluate a class: the model or a block."""
        known = {**_sizes(each, takes), **each["parameters"], **known}
        values = dict(zip(each["inputs"], takes, strict=True))
        entries = {entry["name"]: entry for entry in each["layers"]}
        last = each["inputs"][0]
        needed = _needed(each)
        for name, entry in entries.items():
            if name in needed:
                sources = _sources(entry, last)
                arrive = [values[source] for source in sources]
                parts = self.entry(_original(entry, entries), at, known, arrive)
                values[name] = next(iter(parts.values()))
                values |= {f"{name}.{part}": value for part, value in parts.items()}
            last = name
        outputs = each["outputs"] or [last]
        found = {output: values[output] for output in outputs}
        for output in outputs:  # the first part of a layer is the layer itself
            layer = output.partition(".")[0]
            if values[layer] is values[output]:
                found.setdefault(layer, values[layer])
        return found

    def entry(
        self, entry: dict[str, Any], at: str, known: dict[str, Any], takes: list[Held]
    ) -> Parts:
        """Evaluate one entry: under its condition, in rounds, or as it is."""
        options, name = entry["options"], f"{at}{entry['name']}"
        by_round = "repeat" in options and "index" in str(options.get("when"))
        if not by_round and not value_of(options.get("when", True), known):
            return {"": takes[0]}
        if "repeat" not in options:
            return self.once(entry, name, known, takes)
        parts: Parts = {"": takes[0]}
        for index in range(value_of(options["repeat"], known)):
            within = {**known, "index": index}
            if by_round and not value_of(options["when"], within):
                continue
            first = _handed_on(parts, entry)
            parts = self.once(entry, f"{name}.{index}", within, [first, *takes[1:]])
        return parts

    def once(
        self, entry: dict[str, Any], name: str, known: dict[str, Any], takes: list[Held]
    ) -> Parts:
        """Evaluate an entry without its `repeat` and `when`."""
        kind, arguments = entry["kind"], value_of(entry["arguments"], known)
        if kind == "block":
            block = self.blocks[entry["type"]]
            parts = self.class_(block, f"{name}.", arguments, takes)
            return _selected(parts, entry)
        if kind == "Sequential":
            for each in entry["layers"]:
                takes = [*self.entry(each, f"{name}.", known, takes).values()][:1]
            return {"": takes[0]}
        self.count += 1
        if kind == "held":
            holder, _, own = name.rpartition(".")
            tensor = getattr(self.model.get_submodule(holder), own)
            return {"": Held(tensor, batched=False)}
        batched = any(each.batched for each in takes)
        if kind == "function":
            found = evaluated(entry["type"], arguments, takes)
            names = names_of_parts(arguments, len(found)) if len(found) > 1 else [""]
            tensors = dict(zip(names, found, strict=True))
        else:
            module = self.module(entry, name, arguments, takes)
            given, named = _masked(
                entry["type"], arguments, [each.tensor for each in takes]
            )
            tensors = _called(module, entry["type"], given, named)
        parts = {part: Held(each, batched) for part, each in tensors.items()}
        return _selected(parts, entry)

    def module(
        self,
        entry: dict[str, Any],
        name: str,
        arguments: dict[str, Any],
        takes: list[Held],
    ) -> nn.Module:
        """Return the module of a layer, which must be the one that the spec says."""
        type_ = arguments["class"] if entry["kind"] == "custom" else entry["type"]
        try:
            module = self.model.get_submodule(name)
        except AttributeError as error:
            made = None
            if entry["kind"] == "module":
                made = _made(type_, arguments, takes[0].tensor.shape)
            if made is None or made.state_dict():
                raise FailsError(f"`{name}` is no module: {error}") from None
            return made
        kinds = [each.__name__ for each in type(module).__mro__]
        if type_ not in kinds:
            raise FailsError(f"`{name}` should be a {type_}, and is a {kinds[0]}")
        for key, wanted in arguments.items():
            found = getattr(module, key, None)
            if entry["kind"] == "module" and not _agrees(wanted, found):
                raise FailsError(f"`{key}` of `{name}` is {found}, not {wanted}")
        return module


def _made(type_: str, arguments: dict[str, Any], shape: torch.Size) -> nn.Module | None:
    """Make a layer that holds nothing, which the model may have as a function."""
    for more in ({}, {"num_features": shape[1]}):
        try:
            made: nn.Module = getattr(nn, type_)(**arguments, **more)
        except (AttributeError, TypeError):
            continue
        return made.eval()
    return None


def _masked(
    type_: str, arguments: dict[str, Any], takes: list[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Part the masks from what else goes in, and add that of what comes later."""
    if type_ not in _CAUSAL:
        return takes, {}
    names = [name for name in _MASKS if arguments.get(name)]
    count = len(takes) - len(names)
    masks = dict(zip(names, takes[count:], strict=True))
    if arguments.get("is_causal") or arguments.get("tgt_is_causal"):
        length = takes[type_ == "Transformer"].shape[1]
        everywhere = torch.ones(length, length, dtype=torch.bool)
        masks[_CAUSAL[type_]] = everywhere.triu(1)
    return takes[:count], masks


def _called(
    module: nn.Module, type_: str, takes: list[Tensor], masks: dict[str, Tensor]
) -> dict[str, Tensor]:
    """Run a module; name what it gives."""
    if isinstance(module, nn.MultiheadAttention):
        takes = [takes[0], takes[min(1, len(takes) - 1)], takes[-1]]
        return {"output": module(*takes, need_weights=False, **masks)[0]}
    first, *states = takes
    if isinstance(module, nn.RNNBase):
        ways = 1 + module.bidirectional
        states = [torch.stack(each.chunk(ways, dim=1)) for each in states]
        output, final = module(first, *_together(states))
        finals = final if isinstance(final, tuple) else (final,)
        ends = [_final(each, module.bidirectional) for each in finals]
        parts = {"output": output, "hidden": ends[0], "last": output[:, -1]}
        return {**parts, "cell": ends[-1]}
    if isinstance(module, nn.RNNCellBase):
        takes = [first, *_together(states)]
    found = module(*takes, **masks)
    if isinstance(found, Tensor):
        return {"": found}
    names = _PARTS.get(type_, ["output", "indices"])
    return dict(zip(names, found, strict=True))


def _together(states: list[Tensor]) -> list[Any]:
    """Both states of an LSTM are one argument."""
    return [tuple(states)] if len(states) > 1 else states


def _final(state: Tensor, both: bool) -> Tensor:
    return torch.cat([state[-2], state[-1]], dim=1) if both else state[-1]


def _handed_on(parts: Parts, entry: dict[str, Any]) -> Held:
    """Return what the next round takes: all steps, where the last one is selected."""
    last = entry["kind"] == "module" and entry["options"].get("select") == "last"
    return parts["output"] if last and "output" in parts else next(iter(parts.values()))


def _selected(parts: Parts, entry: dict[str, Any]) -> Parts:
    wanted = entry["options"].get("select")
    return parts if wanted is None else {wanted: parts[wanted], **parts}


def _agrees(wanted: Any, found: Any) -> bool:
    """Tell whether an argument is what the module says of itself, if it says that."""
    if isinstance(found, tuple) and isinstance(wanted, int | float | list):
        every = wanted if isinstance(wanted, list) else [wanted] * len(found)
        return [*found] == every
    if isinstance(wanted, bool) and isinstance(found, Tensor):
        return wanted
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return wanted < 0 or found == wanted
    return True


def _sources(entry: dict[str, Any], last: str) -> Sequence[str]:
    """Return what an entry takes: the one before it, where it does not say."""
    if entry["sources"] is not None:
        found: list[str] = entry["sources"]
        return found
    return [] if entry["kind"] == "held" else [last]


def _needed(each: dict[str, Any]) -> set[str]:
    """Name the layers that the outputs depend on; others are left out of the model."""
    before, taken = each["inputs"][0], {}
    for entry in each["layers"]:
        taken[entry["name"]] = [*_sources(entry, before)]
        before = entry["name"]
    needed = {name.partition(".")[0] for name in each["outputs"] or [before]}
    for name, sources in reversed(taken.items()):
        if name in needed:
            needed |= {source.partition(".")[0] for source in sources}
    return needed


def _original(
    entry: dict[str, Any], entries: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return the entry whose module another one uses again."""
    while entry["kind"] == "share":
        entry = entries[entry["options"]["share"]]
    return entry


def _sizes(each: dict[str, Any], takes: Sequence[Held]) -> dict[str, int]:
    """Name the sizes of what arrives: `in_channels`, `memory_features`."""
    found: dict[str, int] = {}
    for index, (name, value) in enumerate(zip(each["inputs"], takes, strict=True)):
        begin = "in" if index == 0 else name
        shape = value.tensor.shape[value.batched :]
        words = _SIZES.get(len(shape), tuple(f"size_{i}" for i in range(len(shape))))
        # Whatever the last one is called, a block may call it so.
        pairs = [
            *zip(words, shape, strict=True),
            *(("features", s) for s in shape[-1:]),
        ]
        for word, size in pairs:
            key = f"{begin}_{word}"
            while key in each["parameters"]:
                key += "_"
            found[key] = size
    return found

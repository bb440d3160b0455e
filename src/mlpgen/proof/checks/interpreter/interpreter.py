"""Evaluates the entries of a spec one by one, with the modules of a model.

It uses neither the code nor the rules of the styles: shares, rounds and conditions are
worked out here, from the spec alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import FailsError
from ..messages import counted
from .calls import called
from .entries import (
    called_in,
    free_sizes,
    handed_on,
    layer_in,
    modules_of,
    name_of_round,
    needed_in,
    of_type,
    original_of,
    passing_in,
    path_in,
    runs,
    selected,
    sizes_of,
    sources_of,
)
from .examples import with_fewer_examples, with_more_examples
from .expressions import asks_round, value_of, values_of
from .functions import Value, evaluated, in_mode, names_of_parts
from .modules import made, need_kind
from .records import Expected, FoundLayer, MissingError, Numbers, Prefix
from .unused import need_unused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import nn

    from .entries import Entry, Parts


class Interpreter:
    """Evaluates the entries of a spec with the modules of a model.

    Attributes:
        values: The result of each layer and of each of its parts, by dotted name.
        expected: What the spec says about each layer that a style may have a module
            for, by module name.
        layers: The layers with modules, by module name.
        tensors: The names of parameters and buffers that are entries of the spec.
        tensor_inits: The initial values of those.
        inner_inits: The initial values for the parameters inside of blocks and
            containers, and whether these belong to the model itself.
        buffers: The buffers among them, each with what its expressions know.
        classes: The model and the blocks as written, by module name.
        ties: Pairs of module names: a layer, and the one that has its parameters, too.
        count: How many layers were evaluated.
    """

    def __init__(self, model: nn.Module, spec: dict[str, Any]) -> None:
        self.model = model
        self.spec = spec
        self.values: Parts = {}
        self.expected: dict[str, Expected] = {}
        self.layers: dict[str, FoundLayer] = {}
        self.tensors: set[str] = set()
        self.tensor_inits: dict[str, Any] = {}
        self.inner_inits: dict[str, tuple[dict[str, Any], bool]] = {}
        self.buffers: dict[str, tuple[Entry, dict[str, Any]]] = {}
        self.classes: dict[str, dict[str, Any]] = {}
        self.ties: list[tuple[str, str]] = []
        self.count = 0
        self._own = {each["name"] for each in spec["model"]["layers"]}

    def custom_classes(self) -> list[str]:
        """Name the author's own classes, whose code is not interpreted."""
        return sorted(
            {each.type for each in self.expected.values() if each.kind == "custom"}
        )

    def evaluate(self, takes: list[Value]) -> list[Value]:
        """Evaluate the model; return its outputs."""
        model = self.spec["model"]
        self.values |= zip(model["inputs"], takes, strict=True)
        known = {**model["parameters"], **free_sizes(self.spec["shapes"], takes)}
        parts = self._class(model, Prefix(), known, takes)
        return [parts[name] for name in model["outputs"] or [*parts][:1]]

    def _class(
        self,
        each: dict[str, Any],
        at: Prefix,
        given: dict[str, Any],
        takes: list[Value],
    ) -> Parts:
        """Evaluate a class: the model or a block."""
        if each["joins"]:
            first, *layers = each["layers"]
            parts = self._once(first, at.of(first["name"], ""), {}, takes)
            self._keep(at.names + first["name"], parts)
            each = {**each, "inputs": [first["name"]], "layers": layers}
            takes = [*parts.values()]
        self.classes[at.modules.rstrip(".")] = each
        known = {**each["parameters"], **sizes_of(each, takes), **given}
        known |= values_of(each["values"], known)
        values = dict(zip(each["inputs"], takes, strict=True))
        entries = {entry["name"]: entry for entry in each["layers"]}
        need_unused(self, entries, at, known)
        last, number = each["inputs"][0] if each["inputs"] else "", 0
        needed, now = needed_in(each, {}), needed_in(each, known)
        for name, entry in called_in(entries):
            passing = passing_in(entry, known)
            taken = passing or sources_of(entry, last, {})
            arrive = [values.get(source) for source in taken]
            last = name
            if name not in needed:
                continue
            numbers = Numbers(at.modules, number) if each["numbered"] else None
            number += modules_of(entry, known) if each["numbered"] else 0
            try:
                parts = self._of_class(entry, entries, at, known, arrive, numbers)
            except MissingError:
                if name in now:
                    raise
                continue  # only entries that `when` leaves out use it
            values[name] = next(iter(parts.values()))
            values |= {f"{name}.{part}": value for part, value in parts.items()}
        if each["numbered"]:
            self._need_rounds(at.modules.rstrip("."), number)
        outputs = each["outputs"] or [last]
        found = {output: values[output] for output in outputs}
        for output in outputs:  # the first part of a layer is the layer itself
            layer = layer_in(output, entries)
            if values[layer] is values[output]:
                found.setdefault(layer, values[layer])
        return found

    def _of_class(
        self,
        entry: Entry,
        entries: Mapping[str, Entry],
        at: Prefix,
        known: dict[str, Any],
        arrive: Sequence[Value | None],
        numbers: Numbers | None,
    ) -> Parts:
        """Evaluate an entry of a class.

        Raises:
            MissingError: The model lacks it, or a layer that it takes.
        """
        wanted = arrive if runs(entry, known) else arrive[:1]
        takes = [each for each in wanted if each is not None]
        if len(takes) < len(wanted):
            raise MissingError(f"`{entry['name']}` takes a layer that is missing")
        original = original_of(entry, entries)
        here = at.of(entry["name"], original["name"])
        parts = self._entry(original, here, known, takes, numbers)
        self.tie(entry, entries, at, known)
        return parts

    def _entry(
        self,
        entry: Entry,
        at: Prefix,
        known: dict[str, Any],
        takes: list[Value],
        numbers: Numbers | None = None,
    ) -> Parts:
        """Evaluate one entry with its `when` and `repeat`."""
        if numbers:
            at = at._replace(modules=f"{numbers.inside}{numbers.first}")
        must_exist = entry["kind"] == "variable"
        entry = {**of_type(entry, self.spec, known), "must_exist": must_exist}
        options = entry["options"]
        by_round = "repeat" in options and asks_round(options.get("when"))
        off = not by_round and not value_of(options.get("when", True), known)
        count = 1 if off else value_of(options.get("batch_dims", 1), known)
        takes, sizes = with_more_examples(takes, count)
        if off:
            parts: Parts = {"": takes[0]}
        elif "repeat" in options:
            parts = self._rounds(entry, at, known, takes, numbers, by_round=by_round)
        else:
            parts = self._once(entry, at, known, takes)
        parts = with_fewer_examples(parts, sizes, entry, self.spec)
        self._keep(at.names, parts)
        return parts

    def _rounds(
        self,
        entry: Entry,
        at: Prefix,
        known: dict[str, Any],
        takes: list[Value],
        numbers: Numbers | None,
        *,
        by_round: bool,
    ) -> Parts:
        options, inner = entry["options"], at.within()
        times = value_of(options["repeat"], known)
        if numbers:
            inner = inner._replace(modules=numbers.inside)
        else:
            self._need_rounds(at.modules, times)
        first = numbers.first if numbers else 0
        parts: Parts = {"": takes[0]}
        for index in range(times):
            within = {**known, "index": index}
            name = name_of_round(entry, index)
            here = inner.of(name, str(index + first) if numbers else name)
            if by_round and not value_of(options["when"], within):
                self._keep(here.names, {"": handed_on(parts, entry)})
                continue
            arrives = handed_on(parts, entry)
            parts = self._once(entry, here, within, [arrives, *takes[1:]])
            self._keep(here.names, parts)
        return parts

    def _need_rounds(self, name: str, times: int) -> None:
        """Check that a repeated layer has as many rounds as the spec says."""
        try:
            container = self.model.get_submodule(name)
        except AttributeError:
            if times:
                raise MissingError(f"`{name}` has no rounds, not {times}") from None
            return
        count = len([*container.children()])
        if count != times:
            raise FailsError(f"`{name}` has {counted(count, 'round')}, not {times}")

    def _keep(self, name: str, parts: Parts) -> None:
        """Record the result of a layer."""
        self.values[name] = next(iter(parts.values()))
        self.values |= {f"{name}.{part}": value for part, value in parts.items()}

    def _once(
        self, entry: Entry, at: Prefix, known: dict[str, Any], takes: list[Value]
    ) -> Parts:
        """Evaluate an entry without its `repeat` and `when`."""
        kind, arguments = entry["kind"], value_of(entry["arguments"], known)
        if kind in ("block", "Sequential") and "init" in entry["options"]:
            inits = value_of(entry["options"]["init"], known)
            self.inner_inits[at.modules] = (inits, self._is_of_model(at.modules))
        if kind == "block":
            block = self.spec["blocks"][entry["type"]]
            return selected(self._class(block, at.within(), arguments, takes), entry)
        if kind == "Sequential":
            return {"": self._chain(entry, at.within(), known, takes[0])}
        self.count += 1
        if kind == "tensor":
            return {"": self.tensor(entry, at, known)}
        batched = any(each.batched for each in takes)
        if kind == "function":
            now = in_mode(arguments, training=self.model.training)
            found = evaluated(entry["type"], now, takes)
            several = len(found) > 1
            names = several and names_of_parts(entry["type"], arguments, len(found))
            tensors = dict(zip(names or [""], found, strict=True))
        else:
            module = self.module(entry, at.modules, arguments, known, takes)
            given = [each.tensor for each in takes]
            tensors = called(module, entry["type"], arguments, given)
        parts = {part: Value(each, batched) for part, each in tensors.items()}
        return selected(parts, entry)

    def _chain(
        self, entry: Entry, at: Prefix, known: dict[str, Any], value: Value
    ) -> Value:
        """Evaluate the entries of a `Sequential`."""
        numbered, number = entry["options"].get("numbered"), 0
        for each in entry["layers"]:
            numbers = Numbers(at.modules, number) if numbered else None
            number += modules_of(each, known) if numbered else 0
            here = at.of(each["name"], each["name"])
            parts = self._entry(each, here, known, [value], numbers)
            value = next(iter(parts.values()))
        if numbered:
            self._need_rounds(at.modules.rstrip("."), number)
        return value

    def tensor(self, entry: Entry, at: Prefix, known: dict[str, Any]) -> Value:
        """Return a parameter or buffer that is an entry of the spec."""
        holder, _, name = at.modules.rpartition(".")
        try:
            tensor = getattr(self.model.get_submodule(holder), name)
        except AttributeError as error:
            raise MissingError(f"`{at.modules}` is not a tensor: {error}") from None
        self.tensors.add(at.modules)
        if entry["type"] == "buffer":
            self.buffers[at.modules] = (entry, known)
        if entry["options"].get("init") is not None:
            self.tensor_inits[at.modules] = value_of(entry["options"]["init"], known)
        return Value(tensor, batched=False)

    def module(
        self,
        entry: Entry,
        name: str,
        arguments: dict[str, Any],
        known: dict[str, Any],
        takes: list[Value],
    ) -> nn.Module:
        """Return the module of a layer, checked against what the spec says."""
        type_ = arguments["class"] if entry["kind"] == "custom" else entry["type"]
        self.expected[name] = Expected(type_, arguments, entry["kind"])
        try:
            module = self.model.get_submodule(name)
        except AttributeError as error:
            alone = None
            if entry["kind"] == "module" and not entry["must_exist"]:
                alone = made(type_, arguments, takes[0].tensor.shape)
            if alone is None or alone.state_dict():
                raise MissingError(f"`{name}` is not a module: {error}") from None
            return alone.train(self.model.training)
        need_kind(name, module, type_, arguments, entry["kind"])
        inits = value_of(entry["options"].get("init") or {}, known)
        self.layers[name] = FoundLayer(entry, module, inits, self._is_of_model(name))
        return module

    def _is_of_model(self, name: str) -> bool:
        """Tell whether a module belongs to the model itself, also one in a list."""
        return "." not in name or name in self._own

    def tie(
        self, entry: Entry, entries: Mapping[str, Entry], at: Prefix, known: Any
    ) -> None:
        """Record that a layer shares the parameters of another one."""
        if entry["kind"] == "share" or "share" not in entry["options"]:
            return
        if not runs(entry, {}):  # then the model does not have it
            return
        first = layer_in(entry["options"]["share"], entries)
        rest = entry["options"]["share"].removeprefix(first)
        inner = rest.split(".")[1:]
        other = original_of(entries[first], entries)
        module, times = at.modules + entry["name"], entry["options"].get("repeat")
        names = [module]
        if times is not None:
            rounds = range(value_of(times, known))
            names = [f"{module}.{name_of_round(entry, index)}" for index in rounds]
        way = path_in(other, inner, self.spec, known)
        owner = ".".join([at.modules + other["name"], *way])
        self.ties += [(name, owner) for name in names]
        self.tie(other, entries, at, known)  # nobody may use its result

"""The entries of a spec, walked one by one on the modules of a model.

Code of the styles is not looked at, and none of their rules is used: what becomes of
shares, rounds and conditions is found out here from the words of the spec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .common import FailsError, counted
from .entries import (
    handed_on,
    needed_in,
    original_of,
    runs,
    selected,
    sizes_of,
    sources_of,
)
from .expressions import asks_round, value_of
from .functions import Held, evaluated, names_of_parts
from .modules import called, made, masked, need_kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import nn

    from .entries import Entry, Parts


class Found(NamedTuple):
    """A layer of the spec, and what it says of the parameters that it has.

    Attributes:
        entry: As it is written.
        module: Its module.
        inits: The initial values that it asks for, with numbers in place of
            expressions, by the names of parameters.
        of_model: Whether it stands in the model itself, and not in a block.
    """

    entry: Entry
    module: nn.Module
    inits: dict[str, Any]
    of_model: bool


class Said(NamedTuple):
    """What the spec says of a layer.

    Attributes:
        type: Its class.
        arguments: With numbers in place of expressions.
        kind: See `mlpgen.proof.spec_entries.Entry`.
    """

    type: str
    arguments: dict[str, Any]
    kind: str


class Where(NamedTuple):
    """What stands before the names of layers, and before those of their modules.

    Both differ in a block whose module another entry shares.
    """

    names: str = ""
    modules: str = ""

    def of(self, name: str, module: str) -> Where:
        """Return where a layer is."""
        return Where(self.names + name, self.modules + module)

    def within(self) -> Where:
        """Return where the layers inside of this one are."""
        return Where(f"{self.names}.", f"{self.modules}.")


class MissingError(FailsError):
    """The model does not hold what a layer of the spec has."""


class Walk:
    """Goes through the entries of a spec, with the modules of a model.

    Attributes:
        values: What each layer gave, and each of its parts, by their dotted names.
        said: What the spec says of layers that a style may have a module for, by the
            names of those.
        found: The layers with modules of their own, by the names of those.
        tensors: Names of the tensors of the model itself.
        tensor_inits: The initial values that they ask for.
        ties: Layers, by the names of their modules, and those whose parameters they
            have.
        count: How many layers ran.
    """

    def __init__(self, model: nn.Module, plan: dict[str, Any]) -> None:
        self.model = model
        self.plan = plan
        self.values: Parts = {}
        self.said: dict[str, Said] = {}
        self.found: dict[str, Found] = {}
        self.tensors: set[str] = set()
        self.tensor_inits: dict[str, Any] = {}
        self.ties: list[tuple[str, str]] = []
        self.count = 0

    def authors(self) -> list[str]:
        """Name the classes of the author's own: what they compute, nobody says."""
        return sorted(
            {each.type for each in self.said.values() if each.kind == "custom"}
        )

    def run(self, takes: list[Held]) -> list[Held]:
        """Evaluate the model; return its outputs."""
        model = self.plan["model"]
        self.values |= zip(model["inputs"], takes, strict=True)
        parts = self._class(model, Where(), model["parameters"], takes)
        return [parts[name] for name in model["outputs"] or [*parts][:1]]

    def _class(
        self, each: dict[str, Any], at: Where, given: dict[str, Any], takes: list[Held]
    ) -> Parts:
        """Evaluate a class: the model or a block."""
        known = {**each["parameters"], **sizes_of(each, takes), **given}
        values = dict(zip(each["inputs"], takes, strict=True))
        entries = {entry["name"]: entry for entry in each["layers"]}
        last = each["inputs"][0] if each["inputs"] else ""
        needed, now = needed_in(each, {}), needed_in(each, known)
        for name, entry in entries.items():
            arrive = [values.get(source) for source in sources_of(entry, last, {})]
            last = name
            if name not in needed:
                continue
            try:
                parts = self._of_class(entry, entries, at, known, arrive)
            except MissingError:
                if name in now:
                    raise
                continue  # only what `when` leaves out takes it
            values[name] = next(iter(parts.values()))
            values |= {f"{name}.{part}": value for part, value in parts.items()}
        outputs = each["outputs"] or [last]
        found = {output: values[output] for output in outputs}
        for output in outputs:  # the first part of a layer is the layer itself
            layer = output.partition(".")[0]
            if values[layer] is values[output]:
                found.setdefault(layer, values[layer])
        return found

    def _of_class(
        self,
        entry: Entry,
        entries: Mapping[str, Entry],
        at: Where,
        known: dict[str, Any],
        arrive: Sequence[Held | None],
    ) -> Parts:
        """Evaluate an entry of a class by its name.

        Raises:
            MissingError: It takes a layer that is missing, or is missing itself.
        """
        wanted = arrive if runs(entry, known) else arrive[:1]
        takes = [each for each in wanted if each is not None]
        if len(takes) < len(wanted):
            raise MissingError(f"`{entry['name']}` takes a layer that is missing")
        original = original_of(entry, entries)
        own = at.of(entry["name"], original["name"])
        parts = self._entry(original, own, known, takes)
        self._tie(entry, entries, at, known)
        return parts

    def _entry(
        self, entry: Entry, at: Where, known: dict[str, Any], takes: list[Held]
    ) -> Parts:
        """Evaluate one entry: under its condition, in rounds, or as it is."""
        options = entry["options"]
        by_round = "repeat" in options and asks_round(options.get("when"))
        if not by_round and not value_of(options.get("when", True), known):
            parts: Parts = {"": takes[0]}
        elif "repeat" in options:
            parts = self._rounds(entry, at, known, takes, by_round=by_round)
        else:
            parts = self._once(entry, at, known, takes)
        self._keep(at.names, parts)
        return parts

    def _rounds(
        self,
        entry: Entry,
        at: Where,
        known: dict[str, Any],
        takes: list[Held],
        *,
        by_round: bool,
    ) -> Parts:
        options, inner = entry["options"], at.within()
        times = value_of(options["repeat"], known)
        self._need_rounds(at.modules, times)
        parts: Parts = {"": takes[0]}
        for index in range(times):
            number, within = str(index), {**known, "index": index}
            own = inner.of(number, number)
            if by_round and not value_of(options["when"], within):
                self._keep(own.names, {"": handed_on(parts, entry)})
                continue
            first = handed_on(parts, entry)
            parts = self._once(entry, own, within, [first, *takes[1:]])
            self._keep(own.names, parts)
        return parts

    def _need_rounds(self, name: str, times: int) -> None:
        """The container of rounds has as many as the spec says."""
        try:
            container = self.model.get_submodule(name)
        except AttributeError:
            if times:
                message = f"`{name}` has no rounds, not {times}"
                raise MissingError(message) from None
            return
        count = len([*container.children()])
        if count != times:
            raise FailsError(f"`{name}` has {counted(count, 'round')}, not {times}")

    def _keep(self, name: str, parts: Parts) -> None:
        """Note what a layer gave."""
        self.values[name] = next(iter(parts.values()))
        self.values |= {f"{name}.{part}": value for part, value in parts.items()}

    def _once(
        self, entry: Entry, at: Where, known: dict[str, Any], takes: list[Held]
    ) -> Parts:
        """Evaluate an entry without its `repeat` and `when`."""
        kind, arguments = entry["kind"], value_of(entry["arguments"], known)
        if kind == "block":
            block = self.plan["blocks"][entry["type"]]
            return selected(self._class(block, at.within(), arguments, takes), entry)
        if kind == "Sequential":
            for each in entry["layers"]:
                own = at.within().of(each["name"], each["name"])
                takes = [*self._entry(each, own, known, takes).values()][:1]
            return {"": takes[0]}
        self.count += 1
        if kind == "held":
            return {"": self._tensor(entry, at, known)}
        batched = any(each.batched for each in takes)
        if kind == "function":
            found = evaluated(entry["type"], arguments, takes)
            names = names_of_parts(arguments, len(found)) if len(found) > 1 else [""]
            tensors = dict(zip(names, found, strict=True))
        else:
            module = self._module(entry, at.modules, arguments, known, takes)
            given, named = masked(
                entry["type"], arguments, [each.tensor for each in takes]
            )
            tensors = called(module, entry["type"], given, named)
        parts = {part: Held(each, batched) for part, each in tensors.items()}
        return selected(parts, entry)

    def _tensor(self, entry: Entry, at: Where, known: dict[str, Any]) -> Held:
        """Return a tensor of the model itself."""
        holder, _, own = at.modules.rpartition(".")
        try:
            tensor = getattr(self.model.get_submodule(holder), own)
        except AttributeError as error:
            raise MissingError(f"`{at.modules}` is no tensor: {error}") from None
        self.tensors.add(at.modules)
        if entry["options"].get("init") is not None:
            self.tensor_inits[at.modules] = value_of(entry["options"]["init"], known)
        return Held(tensor, batched=False)

    def _module(
        self,
        entry: Entry,
        name: str,
        arguments: dict[str, Any],
        known: dict[str, Any],
        takes: list[Held],
    ) -> nn.Module:
        """Return the module of a layer, which must be the one that the spec says."""
        type_ = arguments["class"] if entry["kind"] == "custom" else entry["type"]
        self.said[name] = Said(type_, arguments, entry["kind"])
        try:
            module = self.model.get_submodule(name)
        except AttributeError as error:
            alone = None
            if entry["kind"] == "module":
                alone = made(type_, arguments, takes[0].tensor.shape)
            if alone is None or alone.state_dict():
                raise MissingError(f"`{name}` is no module: {error}") from None
            return alone.train(self.model.training)
        need_kind(name, module, type_, arguments, entry["kind"])
        inits = value_of(entry["options"].get("init") or {}, known)
        self.found[name] = Found(entry, module, inits, "." not in name)
        return module

    def _tie(
        self, entry: Entry, entries: Mapping[str, Entry], at: Where, known: Any
    ) -> None:
        """Note that a layer has the parameters of another one."""
        if entry["kind"] == "share" or "share" not in entry["options"]:
            return
        if not runs(entry, {}):  # nor is it there
            return
        other = original_of(entries[entry["options"]["share"]], entries)
        own, times = at.modules + entry["name"], entry["options"].get("repeat")
        names = [own]
        if times is not None:
            names = [f"{own}.{i}" for i in range(value_of(times, known))]
        self.ties += [(name, at.modules + other["name"]) for name in names]

"""The entries of a list of layers, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.advice import Advice, Raised, Replaced
from mlpgen.functions import FUNCTIONS
from mlpgen.spec.corrections import true_or_false
from mlpgen.spec.ignore import IGNORE
from mlpgen.spec.type_parameters import variable_of
from mlpgen.spec.types import CUSTOM, SHARE, every_type, is_function, layer_class
from mlpgen.spec.unknown_keys import about_key, lowered
from mlpgen.spec.unknown_types import suggestion
from mlpgen.spec.wording import cut, listed, nearest, shown
from mlpgen.symbols.expressions import is_expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems

ENTRY_KEYS = (
    *("name", "from", "repeat", "when", "else", "share", "select"),
    *("init", "parametrize", "numbered", "names", "batch_dims", "unused"),
)
"""Keys that an entry can have beside its type, but `ignore`, which nobody reads."""
_BESIDE = (*ENTRY_KEYS, IGNORE)


class Entry(NamedTuple):
    """One entry of a list of layers, as it is written.

    Attributes:
        type: `Linear`, `add`, or a block; empty if it could not be read.
        arguments: The arguments by name, as YAML gave them.
        children: The entries of a `Sequential`, or of a buffer that is computed.
        name: The name that the author gave; empty until `name_entries` makes one.
        named: Whether the author gave the name.
        path: The path of the entry in the document.
        type_path: The path of its type (a key, if the type has arguments).
        shorthand: The argument that a single value stands for, as in `Linear: 10`.
        sources: The names in `from`; None without `from`.
        lists_sources: Whether `from` is a list.
        options: The other keys beside the type: `repeat`, `when`, `else`, `share`.
        guess: What an unreadable type was probably meant to be.
        variable: The parameter that holds its type, if `type` is `${activation}`.
        computed: Whether its children are functions that compute a buffer.
    """

    type: str
    arguments: dict[str, Any]
    children: tuple[Entry, ...]
    name: str
    named: bool
    path: Path
    type_path: Path
    shorthand: str | None = None
    sources: tuple[str, ...] | None = None
    lists_sources: bool = False
    options: Mapping[str, Any] = {}
    guess: str = ""
    variable: str = ""
    computed: bool = False

    @property
    def raw(self) -> list[Any]:
        """Everything in the entry, including its children."""
        inner = [each.raw for each in self.children]
        return [self.arguments, dict(self.options), inner]

    @property
    def varies(self) -> bool:
        """Whether the type of the entry, or of one inside it, is a parameter."""
        return bool(self.variable) or any(child.varies for child in self.children)

    @property
    def unused(self) -> bool:
        """Whether `__init__` makes it, but `forward` never calls it."""
        return "unused" in self.options

    @property
    def is_function(self) -> bool:
        """Whether its type is a function on tensors."""
        return is_function(self.type)

    @property
    def type_is_key(self) -> bool:
        """Whether its type is a key, since it has arguments or other keys."""
        return self.type_path != self.path

    def without(self, *keys: str) -> Entry:
        """Return the entry without some of the keys beside its type."""
        kept = {key: each for key, each in self.options.items() if key not in keys}
        return self._replace(options=kept)

    def argument_path(self, argument: str | None) -> Path:
        """Return the path of an argument, or of the type if it is not given."""
        if argument is None or argument not in self.arguments:
            return self.type_path
        if argument == self.shorthand:
            return self.type_path
        return (*self.type_path, argument)

    def source_path(self, index: int) -> Path:
        """Return the path of a source in `from`, or of the entry without `from`."""
        if self.sources is None:
            return self.path
        path = (*self.path, "from")
        return (*path, index) if self.lists_sources else path


class EntryReader:
    """Reads the entries of one list.

    Attributes:
        blocks: The names of the spec's blocks, each with its parameter names.
        problems: Collects the mistakes.
    """

    def __init__(
        self, blocks: Mapping[str, tuple[str, ...]], problems: Problems
    ) -> None:
        self.blocks = blocks
        self.problems = problems
        self._refused = blocks.keys() & {*every_type()}

    def read(self, raw: Any, path: Path) -> tuple[Entry, ...]:
        """Read a list; an entry that cannot be read gets an empty type."""
        return tuple(
            self._entry(each, (*path, index)) for index, each in enumerate(raw)
        )

    def _entry(self, raw: Any, path: Path) -> Entry:
        entry = Entry("", {}, (), "", False, path, path)
        if isinstance(raw, str):
            return self._typed(entry, raw, None)
        if not isinstance(raw, dict):
            message = f"a layer must be a name or a mapping, not {shown(raw)}"
            help = "use `Sequential` for a list of layers" * isinstance(raw, list)
            self.problems.add("MG208", message, path, help=help)
            return entry
        types = [key for key in raw if key not in ENTRY_KEYS]
        if not types and "share" not in raw:
            # Two torch functions are named like keys: `select` and `repeat`.
            types = [key for key in raw if key in FUNCTIONS][:1]
        if len(types) == 1:
            raw = self._moved_out(raw, types[0], path)
        entry = self._with_keys(entry, raw, types)
        if not types and "share" in raw:
            type_ = SHARE if "share" in entry.options else ""
            return entry._replace(type=type_, type_path=(*path, "share"))
        if not types:
            help = "put `name` in the entry of its layer, without `- ` before it"
            self.problems.add("MG208", "the entry has no layer", path, help=help)
        elif len(types) > 1:
            message = f"the entry has {len(types)} layers: {listed(types)}"
            known = [type_ for type_ in types if self._knows(type_)]
            wrong = types[1]
            if len(known) == 1:
                wrong = next(type_ for type_ in types if type_ != known[0])
                message = f"a layer entry has no key `{cut(wrong)}`"
            help = self._about_second(known[0] if known else types[0], wrong)
            at = (*path, wrong)
            self.problems.add("MG208", message, at, key=True, help=help)
            entry = entry._replace(guess=known[0] if known else "")
        else:
            at = (*path, types[0])
            return self._typed(entry._replace(type_path=at), types[0], raw[types[0]])
        return entry

    def _moved_out(self, raw: dict[str, Any], type_: str, path: Path) -> dict[str, Any]:
        """Move keys that stand among the arguments to where they belong."""
        arguments = raw[type_]
        if not isinstance(arguments, dict) or not self._knows(type_):
            return raw
        names = self._arguments(type_)
        moved: dict[str, Any] = {}
        for key, value in arguments.items():
            if key not in _BESIDE or key in names:
                continue
            if nearest(key, names) and not isinstance(value, str):
                continue  # `name: [left, right]` for `names`
            moved[key] = value
            message = f"`{key}` belongs beside `{type_}`, not among its arguments"
            text = f"put it on its own line, indented like `{type_}`"
            help = Advice(text, Raised() if key not in raw else None)
            at = (*path, type_, key)
            self.problems.add("MG201", message, at, key=True, help=help)
        rest = {key: value for key, value in arguments.items() if key not in moved}
        return {**moved, **raw, type_: rest or None}

    def _arguments(self, type_: str) -> Iterable[str]:
        """Return the argument names of a known type."""
        cls = layer_class(type_)
        return self.blocks.get(type_, cls.model_fields if cls else ())

    def _with_keys(self, entry: Entry, raw: dict[str, Any], types: list[str]) -> Entry:
        """Read the keys beside the type."""
        path, name = entry.path, raw.get("name", "")
        if not isinstance(name, str):
            message = f"`name` must be a string, not {shown(name)}"
            self.problems.add("MG203", message, (*path, "name"))
            name = ""
        elif not name and "name" in raw:
            self.problems.add("MG205", "a name cannot be empty", (*path, "name"))
        sources, lists_sources = self._sources(raw, path)
        options: dict[str, Any] = {
            key: raw[key] for key in ENTRY_KEYS[2:] if key in raw and key not in types
        }
        for key in ("else", "share", "select", "parametrize", "names"):
            if key in options and not isinstance(options[key], str):
                a_name = "a pattern of names" if key == "names" else "a name"
                message = f"`{key}` must be {a_name}, not {shown(options[key])}"
                self.problems.add("MG203", message, (*path, key))
                del options[key]
        for key in ("numbered", "unused"):
            if not isinstance(options.get(key, False), bool):
                given = options.pop(key)
                message = f"`{key}` must be true or false, not {shown(given)}"
                help = true_or_false(given)
                self.problems.add("MG203", message, (*path, key), help=help)
        if options.get("unused") is False:
            del options["unused"]  # as without it
        return entry._replace(
            name=name,
            named=bool(name),
            sources=sources,
            lists_sources=lists_sources,
            options=options,
        )

    def _sources(
        self, raw: dict[str, Any], path: Path
    ) -> tuple[tuple[str, ...] | None, bool]:
        if "from" not in raw:
            return None, False
        given = raw["from"]
        is_list = isinstance(given, list)
        names = given if is_list else [given]
        if isinstance(given, str) and "," in given:
            names = [name.strip() for name in given.split(",")]
            message = f"`from` must be a name or a list of names, not {shown(given)}"
            help = Advice(f"write `[{cut(given)}]`", Replaced(names))
            self.problems.add("MG203", message, (*path, "from"), help=help)
        if names and all(isinstance(each, str) and each for each in names):
            return tuple(names), is_list or len(names) > 1
        message = f"`from` must be a name or a list of names, not {shown(given)}"
        self.problems.add("MG203", message, (*path, "from"))
        return None, False

    def _about_second(self, first: str, second: str) -> str:
        """Return help for an unknown key beside a type."""
        cls = layer_class(first)
        known = cls.shorthand() if cls else next(iter(self.blocks.get(first, ())), None)
        if second in self._arguments(first):
            return lowered(first, second, known)
        return about_key(second, _BESIDE)

    def _knows(self, type_: str) -> bool:
        known = type_ in self.blocks or layer_class(type_) is not None
        known = known or is_expression(type_)
        return known or type_ in ("Sequential", CUSTOM)

    def _typed(self, entry: Entry, type_: str, raw: Any) -> Entry:
        if type_ in self._refused:
            return entry._replace(guess=type_)
        if is_expression(type_):
            return self._of_parameter(entry, type_, raw)
        if type_ == "Sequential":
            return self._sequential(entry, raw)
        if type_ == CUSTOM:
            shorthand = None
        elif type_ in self.blocks:
            names = self.blocks[type_]
            shorthand = names[0] if names else None
        else:
            cls = layer_class(type_)
            if cls is None:
                guess = self._unknown(type_, entry.type_path, key=entry.type_is_key)
                return entry._replace(guess=guess)
            shorthand = (
                None if raw is None or isinstance(raw, dict) else cls.shorthand()
            )
        if type_ == "buffer" and isinstance(raw, dict) and "layers" in raw:
            return self._computed(entry, raw)
        if raw is None or isinstance(raw, dict):
            return entry._replace(type=type_, arguments=raw or {})
        if type_ == CUSTOM:
            message = f"`{CUSTOM}` takes a mapping of arguments, not {shown(raw)}"
            help = "write `{path: my_layers.py, class: …}`"
            self.problems.add("MG203", message, entry.type_path, help=help)
            return entry
        if shorthand is None:
            message = f"`{type_}` takes no arguments"
            self.problems.add("MG201", message, entry.type_path)
            return entry
        return entry._replace(
            type=type_, arguments={shorthand: raw}, shorthand=shorthand
        )

    def _of_parameter(self, entry: Entry, type_: str, raw: Any) -> Entry:
        """Read a layer whose type is a parameter, known when the class is used.

        So is the argument that a single value stands for, which has no name until then.
        """
        name = variable_of(type_)
        if not name:
            message = "the type of a layer must be one parameter, as in `${activation}`"
            at, key = entry.type_path, entry.type_is_key
            self.problems.add("MG209", message, at, key=key)
            return entry
        entry = entry._replace(type=type_, variable=name)
        if raw is None or isinstance(raw, dict):
            return entry._replace(arguments=raw or {})
        return entry._replace(arguments={"": raw}, shorthand="")

    def _computed(self, entry: Entry, raw: dict[str, Any]) -> Entry:
        """Read the functions that compute a buffer as its children."""
        layers, path = raw["layers"], (*entry.type_path, "layers")
        rest = {key: value for key, value in raw.items() if key != "layers"}
        entry = entry._replace(type="buffer", arguments=rest, computed=True)
        if isinstance(layers, list):
            return entry._replace(children=self.read(layers, path))
        message = f"`layers` must be a list of functions, not {shown(layers)}"
        self.problems.add("MG203", message, path)
        return entry._replace(type="")

    def _sequential(self, entry: Entry, raw: Any) -> Entry:
        if raw is None or isinstance(raw, list):
            children = self.read(raw or [], entry.type_path)
            return entry._replace(type="Sequential", children=children)
        message = f"`Sequential` takes a list of layers, not {shown(raw)}"
        help = "put `- ` before each layer" if isinstance(raw, dict) else ""
        self.problems.add("MG203", message, entry.type_path, help=help)
        return entry

    def _unknown(self, type_: str, path: Path, *, key: bool) -> str:
        """Report an unknown type; return what it was probably meant to be."""
        guess, help = suggestion(type_, self.blocks)
        message = f"there is no layer `{cut(type_)}`"
        self.problems.add("MG207", message, path, key=key, help=help)
        return guess

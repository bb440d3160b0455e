"""A spec as the plain data that a run keeps: what it was made from, to be compared.

Equal specs give equal data, however they are written: shorthands are written out,
and what is torch's default, or follows from the input, is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.blocks.definitions import INPUT
from mlpgen.scripts.scheduler import learning_rate, peak_argument
from mlpgen.scripts.spec_values import said, with_values
from mlpgen.spec.types import SHARE, layer_class
from mlpgen.styles.code import Code, quoted
from mlpgen.styles.layout import INDENT, WIDTH, width
from mlpgen.symbols.expressions import written
from mlpgen.training.custom import CustomFunction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.graph.inits import Rule
    from mlpgen.graph.nodes import Graph, Model
    from mlpgen.graph.training.recipe import Group, LossTerm, Recipe, Schedule
    from mlpgen.layers.base import Value
    from mlpgen.spec.entries import Entry
    from mlpgen.training.component import TrainingComponent

_ALWAYS = ("epochs", "batch_size", "seed")
"""Keys that are kept though they may be the default: the flags of a training."""
_KEYS = (
    *("select", "share", "parametrize", "repeat", "names", "when", "else"),
    *("numbered", "batch_dims", "unused"),
)
"""Keys beside a type that say what a layer computes, or what its keys are; `from` is
looked at apart."""


def network(graph: Model) -> dict[str, Any]:
    """Describe a network: what arrives, its layers by name, what it returns."""
    blocks = {each.name: each for each in graph.blocks}
    found: dict[str, Any] = {
        "input": _inputs(graph.inputs),
        "parameters": {
            name: said(value) if isinstance(value, tuple) else value
            for name, value in graph.parameters.items()
        },
        **_class(graph, blocks),
        "blocks": {name: _block(each, blocks) for name, each in blocks.items()},
    }
    return {key: value for key, value in found.items() if value}


def _block(graph: Graph, blocks: Mapping[str, Graph]) -> dict[str, Any]:
    """Describe a block, whose parameters are said where it is used."""
    several = [*graph.inputs] != [INPUT]
    named = {"input": said([*graph.inputs])} if several else {}
    return named | _class(graph, blocks)


def _class(graph: Graph, blocks: Mapping[str, Graph]) -> dict[str, Any]:
    entries = [with_values(each, graph.sizes) for each in graph.entries]
    layers = dict(_layers(entries, tuple(graph.inputs), blocks))
    last = (graph.entries[-1].name,) if graph.entries else ()
    outputs = {} if graph.outputs == last else {"outputs": said([*graph.outputs])}
    numbered = {"numbered": "true"} if graph.numbered else {}
    order = {"order": said([*graph.order])} if graph.order else {}
    return {"layers": layers, **outputs, **numbered, **order}


def _inputs(inputs: Mapping[str, Value]) -> str:
    shapes = {
        name: [*map(int, each.shape)]
        if each.dtype == "float32"
        else {"shape": [*map(int, each.shape)], "dtype": each.dtype}
        for name, each in inputs.items()
    }
    return said(shapes[INPUT] if [*shapes] == [INPUT] else shapes)


def _layers(
    entries: Sequence[Entry],
    before: tuple[str, ...],
    blocks: Mapping[str, Graph],
    inside: str = "",
) -> Iterator[tuple[str, str]]:
    """Describe each entry of a list in a line; those of a `Sequential` have dots.

    Args:
        entries: The list.
        before: What an entry takes that names nothing.
        blocks: The blocks of the spec.
        inside: The container, with a dot.
    """
    for entry in entries:
        yield inside + entry.name, _entry(entry, before, blocks)
        within = f"{inside}{entry.name}."
        yield from _layers(entry.children, (INPUT,), blocks, within)
        before = (entry.name,)


def _entry(entry: Entry, before: tuple[str, ...], blocks: Mapping[str, Graph]) -> str:
    options = {key: entry.options[key] for key in _KEYS if key in entry.options}
    words = [] if entry.type == SHARE else [_call(entry, blocks)]
    if entry.sources is not None and entry.sources != before:
        names = entry.sources[0] if len(entry.sources) == 1 else [*entry.sources]
        words.append(f"from {said(names)}")
    words += (f"{key} {said(value)}" for key, value in options.items())
    return " ".join(words)


def _call(entry: Entry, blocks: Mapping[str, Graph]) -> str:
    """Write a type and its arguments, without those that say nothing."""
    cls = layer_class(entry.type)
    given = {key: value for key, value in entry.arguments.items() if key != "init"}
    if cls is not None:
        fields = cls.model_fields
        given = {
            name: given[name]
            for name, field in fields.items()
            if name in given
            and not cls.follows(name)
            and (cls.required(name) or not _same(given[name], field.default))
        }
        shorthand = cls.shorthand()
        if not given and shorthand and isinstance(fields[shorthand].default, float):
            given = {shorthand: fields[shorthand].default}  # `Dropout` is `Dropout 0.5`
        return _with_arguments(cls.title(), given, shorthand)
    block = blocks.get(entry.type)
    if block is not None:
        given = {**block.parameters, **given}
    return _with_arguments(entry.type, given, "" if entry.variable else None)


def _same(given: Any, default: Any) -> bool:
    """Tell whether a value is a default; true and 1 are two things."""
    if isinstance(default, tuple):
        default = [*default]
    return given == default and isinstance(given, bool) == isinstance(default, bool)


def _with_arguments(name: str, given: Mapping[str, Any], shorthand: str | None) -> str:
    if not given:
        return name
    only = next(iter(given.values()))
    if [*given] == [shorthand] and not isinstance(only, dict):
        return f"{name} {said(only)}"
    return f"{name} {said(dict(given))}"


def training(graph: Model, recipe: Recipe) -> dict[str, Any]:
    """Describe a training: its keys, those that are no default."""
    settings = recipe.settings
    found: dict[str, Any] = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if name == "fit" and value == "resize":
            continue  # as without it
        if name == "best" and recipe.best.usual:
            continue
        if name in _ALWAYS or value != field.default:
            found[name] = _key(name, value, graph, recipe)
        if name == "optimizer":
            found["lr"] = learning_rate(recipe)
    return found | _initial(graph)


def _key(name: str, value: Any, graph: Model, recipe: Recipe) -> Any:
    """Describe a key of `training`."""
    match name:
        case "optimizer":
            optimizer = recipe.optimizer
            beside: dict[str, Any] = {}
            if recipe.no_decay:
                beside["no_decay"] = [*recipe.no_decay]
            if recipe.groups:
                beside["groups"] = [_group(each) for each in recipe.groups]
            return _component(optimizer, without="lr", beside=beside)
        case "scheduler" if recipe.schedule:
            return _schedule(recipe.schedule, peak_argument(recipe))
        case "loss":
            return " + ".join(_term(each, graph.outputs[0]) for each in recipe.terms)
        case "best":
            best = recipe.best
            of_own = {best.metric: "min" if best.lowest else "max"}
            return said(of_own if best.own else best.metric)
        case "augment":
            return said([_component(each, lower=True) for each in recipe.augmentations])
    return value if isinstance(value, bool | int | float) else said(value)


def _component(
    part: TrainingComponent,
    *,
    without: str = "",
    beside: Mapping[str, Any] | None = None,
    lower: bool = False,
) -> str:
    custom = isinstance(part, CustomFunction)
    name = "custom" if custom else type(part).__name__
    given = {
        key: [*value] if isinstance(value, tuple) else value
        for key, value in part.arguments().items()
        if key != without and value is not None
    }
    words = [_with_arguments(name.lower() if lower else name, given, part.shorthand())]
    words += (f"{key} {said(value)}" for key, value in (beside or {}).items())
    return " ".join(words)


def _group(group: Group) -> dict[str, Any]:
    """Describe parameters that are trained differently."""
    found: dict[str, Any] = {}
    if group.patterns:
        alone = len(group.patterns) == 1
        found["parameters"] = group.patterns[0] if alone else [*group.patterns]
    if group.kind:
        found["kind"] = group.kind
    if group.own:
        name = type(group.optimizer).__name__
        return found | {name: {"lr": group.optimizer.lr, **group.optimizer.arguments()}}
    fields = type(group.optimizer).model_fields
    given = [name for name in fields if name in group.given]
    return found | {name: getattr(group.optimizer, name) for name in given}


def _schedule(schedule: Schedule, peak: str) -> str:
    name = type(schedule.scheduler).__name__
    beside: dict[str, Any] = {}
    if schedule.warmup:
        beside["warmup"] = schedule.warmup
    if schedule.by_step and schedule.scheduler.steps != "batch":
        beside["per"] = "step"
    if not schedule.parts:
        return _component(schedule.scheduler, without=peak, beside=beside)
    marks = getattr(schedule.scheduler, "milestones", ())
    parts = said([_component(each) for each in schedule.parts])
    words = [f"{name} {parts}", *([f"milestones {said([*marks])}"] if marks else [])]
    return " ".join([*words, *(f"{key} {said(each)}" for key, each in beside.items())])


def _term(term: LossTerm, first: str) -> str:
    on = term.output if len(term.outputs) == 1 else [*term.outputs]
    beside: dict[str, Any] = {"on": on} if on != first else {}
    if term.weight != 1:
        beside["weight"] = term.weight
    return _component(term.loss, beside=beside)


def _initial(graph: Model) -> dict[str, Any]:
    """Describe initial values, of all layers of a type and of single ones."""
    found = {rule.type or graph.name: _rule(rule) for rule in graph.rules}
    for each in (graph, *graph.blocks):
        inside = "" if each is graph else f"{each.name}."
        found |= _initial_of(each.entries, inside)
    return {"init": found} if found else {}


def _rule(rule: Rule) -> str:
    return said(
        {
            name: {function: arguments} if arguments else function
            for name, (function, arguments) in rule.inits.items()
        }
    )


def _initial_of(entries: Sequence[Entry], inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        raw = entry.options.get("init", entry.arguments.get("init"))
        if raw is not None:
            found[inside + entry.name] = said(raw)
        found |= _initial_of(entry.children, f"{inside}{entry.name}.")
    return found


def laid_out(data: Mapping[str, Any]) -> Code:
    """Write plain data as a dict of Python, one key a line."""
    return Code("\n".join(["{", *_lines(data, INDENT), "}"]))


def _lines(data: Mapping[str, Any], indent: int) -> Iterator[str]:
    space = " " * indent
    for name, value in data.items():
        key = f"{space}{quoted(name)}: "
        if isinstance(value, dict):
            if short := _short(key, value):
                yield short
                continue
            yield f"{key}{{"
            yield from _lines(value, indent + INDENT)
            yield f"{space}}},"
            continue
        text = quoted(value) if isinstance(value, str) else written(value)
        if width(f"{key}{text},") <= WIDTH:
            yield f"{key}{text},"
            continue
        yield f"{key}("
        yield from (f"{space}    {part}" for part in _parts(value, indent + INDENT))
        yield f"{space}),"


def _short(key: str, data: Mapping[str, Any]) -> str:
    """Write numbers by name on one line; nothing if they are more than that."""
    if not all(isinstance(each, int | float) for each in data.values()):
        return ""
    inner = ", ".join(f"{quoted(name)}: {written(data[name])}" for name in data)
    line = f"{key}{{{inner}}},"
    return line if width(line) <= WIDTH else ""


def _parts(text: str, indent: int) -> Iterator[str]:
    """Cut a text into literals that fit a line, at blanks where there are some."""
    while text:
        end = len(text)
        while end > 1 and indent + width(quoted(text[:end])) > WIDTH:
            end = text.rfind(" ", 0, end - 1) + 1 or end - 1
        yield quoted(text[:end])
        text = text[end:]

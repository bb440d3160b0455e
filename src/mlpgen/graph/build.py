"""Build the graph of a spec: the passes, in order."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.diagnostics.ignored import shown
from mlpgen.graph.blocks.definitions import read_blocks, read_inputs, read_model
from mlpgen.graph.blocks.equal_uses import check_uses
from mlpgen.graph.blocks.hints import Hints, hints_after_mistakes, more_hints
from mlpgen.graph.blocks.include import included
from mlpgen.graph.blocks.order import in_order
from mlpgen.graph.checks.free_sizes import check_free
from mlpgen.graph.checks.in_place import check_overwriting
from mlpgen.graph.checks.limits import MOST_STEPS
from mlpgen.graph.checks.no_chain import why_no_chain
from mlpgen.graph.checks.softmax import check_softmaxes
from mlpgen.graph.checks.symbolic_sizes import check_code, warn_about_agreements
from mlpgen.graph.checks.unused import warn_about_blocks, warn_about_sizes
from mlpgen.graph.effects.effects import Effects
from mlpgen.graph.entries.members import check_members
from mlpgen.graph.flow import flow_of
from mlpgen.graph.free_sizes import read_sizes
from mlpgen.graph.layer_names import check_attributes
from mlpgen.graph.made_order import check_made_order
from mlpgen.graph.nodes import Model
from mlpgen.graph.parameters import read_parameters
from mlpgen.graph.resolver import Resolver
from mlpgen.graph.training.resolve import resolve_training
from mlpgen.names.identifiers import wrong_parameter
from mlpgen.spec.ignore import take_ignored
from mlpgen.spec.models import read_spec
from mlpgen.spec.problems import Problems
from mlpgen.symbols.work_limit import WorkError, limited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlpgen.diagnostics.codes import Codes
    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.diagnostics.ignored import Ignored
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.inits import Rule
    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.resolver_state import ResolverState
    from mlpgen.layers.base import Value
    from mlpgen.source import Document
    from mlpgen.spec.models import Spec
    from mlpgen.symbols.type_names import Setting


class Built(NamedTuple):
    """A resolved model and the warnings about its spec.

    Attributes:
        graph: The model.
        warnings: The warnings about its spec.
        documents: The file of each class, without what it ignores; that of the model
            has an empty name.
        effects: What is known of its values; None if it is too large to follow them.
        unchained: Why the model is no chain in sequential style; None if it is one.
        ignored: What is ignored, and where.
        silenced: The warnings that are.
    """

    graph: Model
    warnings: tuple[Diagnostic, ...]
    documents: Mapping[str, Document]
    effects: Effects | None = None
    unchained: Diagnostic | None = None
    ignored: tuple[Ignored, ...] = ()
    silenced: tuple[Diagnostic, ...] = ()


def build(
    document: Document,
    settings: Mapping[str, Setting] | None = None,
    sizes: Mapping[str, int] | None = None,
    codes: Callable[[], Codes] | None = None,
) -> Built:
    """Resolve a document.

    Args:
        document: The parsed YAML.
        settings: New defaults for parameters (`--set`).
        sizes: Other examples for free sizes.
        codes: Returns the codes that there are, to check those in `ignore`.

    Raises:
        SpecError: With all mistakes of the document.
    """
    problems = Problems(document, codes=codes)
    with limited(MOST_STEPS), _kept():
        try:
            take_ignored(problems)
            return _built(problems.document, settings or {}, sizes or {}, problems)
        except SpecError as error:
            raise SpecError(shown(error.diagnostics, problems.ignored)) from None
        except WorkError:
            message = (
                f"the sizes of the network take over {MOST_STEPS:,} steps to compute"
            )
            problems.add("MG240", message, ("layers",), key=True)
            raise problems.error() from None


@contextmanager
def _kept() -> Iterator[None]:
    """Turn the garbage collector off: nearly every object stays in the graph."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _built(
    document: Document,
    settings: Mapping[str, Setting],
    sizes: Mapping[str, int],
    problems: Problems,
) -> Built:
    """Run the passes, one after the other."""
    spec = read_spec(problems)
    free = read_sizes(spec, sizes, problems)
    spec = spec.model_copy(update={"sizes": free})
    mark = problems.mark()
    files = included(spec.blocks, problems)
    lacks_blocks = mark.failed
    names = [name for file in files for name in file.blocks]
    parameters = read_parameters(spec, settings, names, problems)
    definition = read_model(spec, parameters, files, problems)
    blocks = read_blocks(spec, files)
    inputs = read_inputs(spec, problems)
    state, graph = _resolve(definition, blocks, inputs, free, problems)
    unread = document.data.get("parameters", {}) != spec.parameters
    unread = unread or document.data.get("values", {}) != spec.values
    if unread or any(map(wrong_parameter, spec.parameters)):
        problems.drop("MG209", "MG210")  # the parameters themselves are wrong
    if lacks_blocks or document.data.get("blocks", {}) != spec.blocks:
        problems.drop("MG207")  # it may be one of the blocks that could not be read
    bound = set[str]() if problems.failed else _check_classes(state, blocks)
    check_overwriting(graph, problems)
    rules = _rules(spec, graph, problems)
    inner = () if problems.failed else in_order(graph, state.blocks(), problems)
    effects = _effects(graph, problems)
    if effects is not None:
        fixed = not (free or settings or sizes)
        check_softmaxes(effects.flow, definition, blocks, fixed=fixed)
    recipe = resolve_training(spec, graph.nodes, graph.outputs, effects, problems)
    problems.drop_duplicates()
    if problems.failed:
        problems.drop("MG317")  # layers that are left out are checked after the rest
    problems.check()
    model = Model(
        **vars(graph),
        style=spec.style,
        blocks=inner,
        rules=rules,
        recipe=recipe,
        bound=tuple(name for name in parameters if name in bound),
    )
    unchained = why_no_chain(definition, graph)
    asked = [unchained] if unchained and spec.style == "sequential" else []
    documents = {name: each.problems.document for name, each in blocks.items()}
    documents[""] = document
    warnings = (*problems.warnings, *asked)
    kept = shown(warnings, problems.ignored)
    return Built(
        model,
        tuple(kept),
        documents,
        effects,
        unchained,
        tuple(problems.ignored),
        tuple(each for each in warnings if each not in kept),
    )


def _effects(graph: Graph, problems: Problems) -> Effects | None:
    """Follow the values of a model; None if it is too large, or lacks layers."""
    try:
        flow = flow_of(graph)
    except (KeyError, ValueError):
        if not problems.failed:
            raise
        return None
    return None if flow is None else Effects(flow)


def _rules(spec: Spec, graph: Graph, problems: Problems) -> tuple[Rule, ...]:
    """Read the initial values by layer type; most specs have none."""
    if not spec.init:
        return ()
    from mlpgen.graph.entries.init import read_rules

    return read_rules(spec.init, graph, problems)


def _check_classes(state: ResolverState, blocks: Mapping[str, Definition]) -> set[str]:
    """Check the resolved classes; return the parameters that sizes are bound to."""
    for definition, resolved in state.classes:
        check_code(definition, resolved)
        check_free(definition, resolved)
        check_attributes(resolved.graph, definition.problems)
        check_members(resolved.graph, definition.problems)
        check_made_order(resolved.graph, definition.path, definition.problems)
    bound = warn_about_agreements(*state.classes[-1])
    check_uses(state.uses, blocks)
    warn_about_blocks(state.uses, blocks)
    warn_about_sizes(state.uses, blocks)
    return bound


def _resolve(
    model: Definition,
    blocks: Mapping[str, Definition],
    inputs: tuple[Value | None, ...],
    sizes: Mapping[str, int],
    problems: Problems,
) -> tuple[ResolverState, Graph]:
    """Resolve the model until the hints about its blocks no longer change."""
    hints = Hints()
    while True:
        with problems.trial() as trial:
            resolver = Resolver(blocks, hints, model.stem)
            graph = resolver.model(model, inputs, sizes)
            more = hints_after_mistakes if problems.failed else more_hints
            found = more(resolver.state, hints)
            if found == hints:
                trial.keep()
                return resolver.state, graph
        hints = found

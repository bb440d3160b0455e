"""The README's promises, for random graphs: branches, blocks, repeats, sharing."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from mlpgen import SpecError, api
from mlpgen.graph.run_order import occurrences
from mlpgen.graph.walks import leaf_layers
from mlpgen.proof.index_limits import index_limits

from .entry_pools import OTHERS
from .examples import drawn, examples
from .networks import check_proved, model, network
from .random_graphs import specs
from .test_promises_chains import assert_equal_states, same
from .unused_values import unneeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlpgen.api import Network
    from mlpgen.graph.nodes import Graph

    from .linters import Gathered

EXAMPLES = 500


def loaded(spec: dict[str, Any]) -> Network:
    """Load a drawn spec; a few have mistakes."""
    try:
        return network(spec)
    except SpecError:
        assume(False)
        raise


def inputs(graph: Graph, batch: int = 2) -> list[Tensor]:
    generator = torch.Generator().manual_seed(3)
    found = []
    limits = index_limits(graph)
    for name, value in graph.inputs.items():
        shape = (batch, *map(int, value.shape))
        if value.dtype == "float32":
            found.append(torch.randn(shape, generator=generator))
        elif limits[name].low:  # lengths of sequences
            found.append(torch.full(shape, limits[name].high - 1))
        else:
            found.append(torch.randint(0, 2, shape, generator=generator))
    return found


def run(made: torch.nn.Module, given: list[Tensor]) -> tuple[Tensor, ...]:
    torch.default_generator.manual_seed(2)
    out = made(*given)
    return out if isinstance(out, tuple) else (out,)


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Make torch use kernels whose products it counts."""
    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
        warnings.simplefilter("ignore")
        torch.backends.mha.set_fastpath_enabled(False)
        with torch.backends.mkldnn.flags(enabled=False):
            yield
        torch.backends.mha.set_fastpath_enabled(True)


def outputs_and_gradients(
    made: torch.nn.Module, graph: Graph
) -> tuple[tuple[Tensor, ...], list[Tensor | None]]:
    made.zero_grad()
    given = inputs(graph)
    for each in given:
        each.requires_grad_(each.is_floating_point())
    y = run(made, [each * 1 for each in given])
    whole = [each.square().sum() for each in y if each.requires_grad]
    if whole:
        torch.stack(whole).sum().backward()  # type: ignore[no-untyped-call]
    return y, [each.grad for each in (*given, *made.parameters())]


def whole_shape(value: Any) -> tuple[int, ...]:
    shape = tuple(map(int, value.shape))
    return (2, *shape) if value.batched else shape


@pytest.mark.exhaustive
@settings(max_examples=EXAMPLES)
@given(specs())
def test_both_styles_are_equal_and_as_predicted(spec: dict[str, Any]) -> None:
    net = loaded(spec)
    graph = net.graph
    explicit, sequential = model(net, "explicit"), model(net, "sequential")
    assert_equal_states(explicit, sequential)
    for training in (True, False):
        (y1, g1), (y2, g2) = (
            outputs_and_gradients(made.train(training), graph)
            for made in (explicit, sequential)
        )
        values = [graph.value(name) for name in graph.outputs]
        assert [tuple(y.shape) for y in y1] == [whole_shape(each) for each in values]
        assert [str(y.dtype)[6:] for y in y1] == [each.dtype for each in values]
        assert all(same(a, b) for a, b in zip(y1, y2, strict=True))
        assert all(same(a, b) for a, b in zip(g1, g2, strict=True))
        assert_equal_states(explicit, sequential)
    assert graph.total_parameters == sum(p.numel() for p in explicit.parameters())
    for made in (explicit, sequential):
        with plain_kernels(), FlopCounterMode(display=False) as counter:
            shapes = shapes_of_modules(made.eval(), graph)
        if not any(isinstance(each, torch.nn.Bilinear) for each in made.modules()):
            # torch does not count the products of those
            counted = counter.get_total_flops()
            packs = any(n.call.packs is not None for n in leaf_layers(graph.nodes))
            assert 4 * graph.total_multiply_adds == counted or (
                packs and 4 * graph.total_multiply_adds > counted  # there is padding
            )
        predicted = {
            each.module: whole_shape(each.node.value)
            for each in occurrences(graph)
            if each.node.active and each.node.single and not each.node.spread
        }
        common = shapes.keys() & predicted.keys()
        assert {name: shapes[name] for name in common} == {
            name: predicted[name] for name in common
        }


def shapes_of_modules(
    made: torch.nn.Module, graph: Graph
) -> dict[str, tuple[int, ...]]:
    """Run a model and return the first output shape of each module."""
    found: dict[str, tuple[int, ...]] = {}

    def keep(name: str) -> Any:
        def hook(_module: Any, _args: Any, y: Any) -> None:
            if isinstance(y, Tensor):
                found.setdefault(name, tuple(y.shape))

        return hook

    handles = [
        module.register_forward_hook(keep(name))
        for name, module in made.named_modules()
        if name
    ]
    run(made, inputs(graph))
    for handle in handles:
        handle.remove()
    return found


def may_not_fit(entry: Any) -> bool:
    """Tell whether a layer is a join with a `when`: if false, it need not fit."""
    return (
        isinstance(entry, dict) and "when" in entry and len(entry.get("from", "")) > 1
    )


@settings(max_examples=10)
@given(specs(), st.data())
def test_parameters_of_the_class_may_change(
    spec: dict[str, Any], data: st.DataObject
) -> None:
    assert_equal_with_other_arguments(spec, data)


@pytest.mark.exhaustive
@settings(max_examples=300)
@given(specs(), st.data())
def test_more_parameters_may_change(spec: dict[str, Any], data: st.DataObject) -> None:
    assert_equal_with_other_arguments(spec, data)


def assert_equal_with_other_arguments(
    spec: dict[str, Any], data: st.DataObject
) -> None:
    """A class with other arguments equals that of a spec with other defaults."""
    net = loaded(spec)
    if not spec["parameters"]:
        return
    name = data.draw(st.sampled_from(list(spec["parameters"])))
    other = data.draw(st.sampled_from(OTHERS[name]))
    try:
        changed = network({**spec, "parameters": {**spec["parameters"], name: other}})
    except SpecError as error:
        found = {each.code for each in error.diagnostics}
        sizes = {"MG301", "MG309", "MG313"}  # that must be equal
        joined = any(map(may_not_fit, spec["layers"])) or net.graph.free
        if found <= sizes and not joined:
            assert "MG316" in {each.code for each in net.warnings}
        return
    for style in api.STYLES:
        cls = type(model(net, style))
        torch.default_generator.manual_seed(1)
        type_ = getattr(torch.nn, other) if isinstance(other, str) else other
        made = cls(**{name: type_})
        wanted = model(changed, style)
        assert_equal_states(made, wanted)
        given = inputs(net.graph)
        for a, b in zip(
            run(made.eval(), given), run(wanted.eval(), given), strict=True
        ):
            assert same(a, b)


@drawn(specs(), few=4, all_=50)
def test_free_sizes_may_change(spec: dict[str, Any]) -> None:
    """All predictions hold for the sizes of the spec, and for others."""
    net = loaded(spec)
    if net.graph.free:
        check_proved(net)


@examples(16, 70)
def test_code_is_clean_and_always_the_same(
    examples: int, tmp_path: Path, gathered: Gathered
) -> None:
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(specs())
    def render(spec: dict[str, Any]) -> None:
        net, again = loaded(spec), loaded(spec)
        for style in api.STYLES:
            texts = api.render(net, style)
            assert texts == api.render(again, style)
            for name, text in texts.items():
                number = len(list(tmp_path.iterdir()))
                (tmp_path / f"n{number}_{name}").write_text(text, encoding="utf-8")
                found = unneeded(text)
                if net.warnings:  # layers are left out, and parameters with them
                    found = [each for each in found if each.startswith("forward")]
                assert not found, text
                assert max(map(len, text.splitlines())) <= 88

    render()
    assert len(list(tmp_path.iterdir())) >= 1.7 * examples
    gathered.take(tmp_path)

"""The README's promises, for random chains."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from mlpgen import SpecError
from mlpgen.graph.captures import captures
from mlpgen.graph.entries.batch_dims import inside as without_batch_dims
from mlpgen.styles.batch_links import with_links

from .examples import drawn
from .networks import model, network
from .random_chains import specs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph, Node

EXAMPLES = 500


def run(made: torch.nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    torch.default_generator.manual_seed(2)
    out = made(x)
    return out if isinstance(out, tuple) else (out,)


@pytest.mark.exhaustive
@settings(max_examples=EXAMPLES)
@given(specs())
def test_both_styles_are_equal_and_as_predicted(spec: dict[str, Any]) -> None:
    net = network(spec)
    graph = net.graph
    explicit, sequential = model(net, "explicit"), model(net, "sequential")
    assert_equal_states(explicit, sequential)
    sequential.load_state_dict(explicit.state_dict())
    for training in (True, False):
        (y1, dx1, g1), (y2, dx2, g2) = (
            outputs_and_gradients(made.train(training), graph)
            for made in (explicit, sequential)
        )
        assert [tuple(y.shape[1:]) for y in y1] == [
            graph.node(name).output for name in graph.outputs
        ]
        assert all(same(a, b) for a, b in zip(y1, y2, strict=True))
        assert same(dx1, dx2)
        assert all(same(g1[key], g2[key]) for key in g1)
        assert_equal_states(explicit, sequential)

    assert graph.total_parameters == sum(p.numel() for p in explicit.parameters())
    with FlopCounterMode(display=False) as counter:
        shapes = shapes_of_modules(sequential.eval(), graph)
    assert 4 * graph.total_multiply_adds == counter.get_total_flops()
    linked = with_links(graph, chain=isinstance(sequential, torch.nn.Sequential))
    assert shapes.items() <= dict(predicted(linked.nodes)).items()


def assert_equal_states(one: torch.nn.Module, other: torch.nn.Module) -> None:
    """Compare parameters and buffers: names, order, shapes and values."""
    a, b = one.state_dict(), other.state_dict()
    assert list(a) == list(b)
    assert all(same(a[key], b[key]) for key in a)


def outputs_and_gradients(
    made: torch.nn.Module, graph: Graph
) -> tuple[tuple[Tensor, ...], Tensor | None, dict[str, Tensor | None]]:
    made.zero_grad()
    x = torch.linspace(-1, 1, 2 * prod(graph.input)).reshape(2, *graph.input)
    x.requires_grad_()
    y = run(made, x * 1)
    # Outputs that nothing can be learned from have no gradients.
    whole = [each.square().sum() for each in y if each.requires_grad]
    if whole:
        torch.stack(whole).sum().backward()  # type: ignore[no-untyped-call]
    grads = {key: value.grad for key, value in made.named_parameters()}
    return y, x.grad, grads


def shapes_of_modules(
    made: torch.nn.Module, graph: Graph
) -> dict[str, tuple[int, ...]]:
    """Run a model and return the output shape of each module, without the batch."""
    found = {}

    def keep(name: str) -> Any:
        return lambda _module, _args, y: found.update({name: tuple(y.shape[1:])})

    handles = [
        module.register_forward_hook(keep(name))
        for name, module in made.named_modules()
        if name
    ]
    run(made, torch.randn(2, *graph.input))
    for handle in handles:
        handle.remove()
    return found


def predicted(
    nodes: tuple[Node, ...], inside: str = ""
) -> Iterator[tuple[str, tuple[int, ...]]]:
    for node in nodes:
        if not node.spread:
            seen = without_batch_dims(node) if node.batch else node
            yield inside + node.key, seen.output
        for _, key, round_ in node.each_round():
            yield from predicted((round_._replace(name=key),), inside)
        yield from predicted(node.children, f"{inside}{node.key}.")


def same(a: Tensor | None, b: Tensor | None) -> bool:
    if a is None or b is None:
        return a is b
    return torch.equal(a.nan_to_num(7), b.nan_to_num(7))


@drawn(specs(), st.integers(5, 9), st.integers(1, 2), st.booleans(), few=16, all_=60)
def test_parameters_of_the_class_may_change(
    spec: dict[str, Any], width: int, step: int, bias: bool
) -> None:
    """A class with other arguments equals that of a spec with other defaults."""
    net = network(spec)
    try:
        values = {"width": width, "step": step, "bias": bias}
        changed = network({**spec, "parameters": values})
    except SpecError:
        assume(False)
    for style in ("explicit", "sequential"):
        cls = type(model(net, style))
        torch.default_generator.manual_seed(1)
        made = cls(width=width, step=step, bias=bias)
        wanted = model(changed, style)
        assert [*made.state_dict()] == [*wanted.state_dict()]
        x = torch.randn(2, *net.graph.input)
        for a, b in zip(run(made.eval(), x), run(wanted.eval(), x), strict=True):
            assert same(a, b)


def names_in(graph: Graph) -> list[str]:
    found = []
    for node in graph.nodes:
        found.append(node.name)
        found += [f"{node.name}.{child.name}" for child in node.children]
    return found


@drawn(specs(), st.data(), few=16, all_=60)
def test_any_layer_can_be_captured_in_both_styles(
    spec: dict[str, Any], data: st.DataObject
) -> None:
    net = network(spec)
    fixed = captures(net.graph)
    known = [name for name in names_in(net.graph) if name in fixed]
    assume(known)
    chosen = data.draw(
        st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True)
    )
    extra = [name for name in chosen if name not in net.graph.outputs]
    explicit = model(net, "explicit", capture=chosen).eval()
    sequential = model(net, "sequential", capture=chosen).eval()
    x = torch.randn(2, *net.graph.input)
    y1, y2 = run(explicit, x.clone()), run(sequential, x.clone())
    assert len(y1) == len(y2) == len(net.graph.outputs) + len(extra)
    assert all(same(a, b) for a, b in zip(y1, y2, strict=True))
    assert not any(each._forward_hooks for each in sequential.modules())

"""The promises to the user, over random networks."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from mlpgen import SpecError

from .networks import model, network, specs

EXAMPLES = 500


def run(made: torch.nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    torch.manual_seed(2)
    out = made(x)
    return out if isinstance(out, tuple) else (out,)


@settings(max_examples=EXAMPLES)
@given(specs())
def test_both_styles_are_equal_and_as_predicted(spec: dict[str, Any]) -> None:
    net = network(spec)
    graph = net.graph
    explicit, sequential = model(net, "explicit"), model(net, "sequential")

    one, other = explicit.state_dict(), sequential.state_dict()
    assert list(one) == list(other)
    assert all(torch.equal(one[key], other[key]) for key in one)
    sequential.load_state_dict(one)

    for training in (True, False):
        results = []
        for made in (explicit, sequential):
            made.train(training)
            made.zero_grad()
            x = torch.linspace(-1, 1, 2 * graph_size(graph)).reshape(2, *graph.input)
            x = (x * 1).requires_grad_()
            y = run(made, x * 1)
            if y[0].requires_grad:
                sum(each.square().sum() for each in y).backward()  # type: ignore[union-attr]
            grads = {key: value.grad for key, value in made.named_parameters()}
            results.append((y, x.grad, grads))
        (y1, dx1, g1), (y2, dx2, g2) = results
        assert len(y1) == len(graph.outputs)
        for name, a, b in zip(graph.outputs, y1, y2, strict=True):
            assert tuple(a.shape[1:]) == tuple(graph.node(name).output)
            assert torch.equal(a, b) or (a.isnan() == b.isnan()).all()
        assert same(dx1, dx2)
        assert all(same(g1[key], g2[key]) for key in g1)

    assert graph.total_parameters == sum(p.numel() for p in explicit.parameters())
    with FlopCounterMode(display=False) as counter:
        run(sequential.eval(), torch.randn(2, *graph.input))
    assert 4 * graph.total_multiply_adds == counter.get_total_flops()


def graph_size(graph: Any) -> int:
    size = 1
    for each in graph.input:
        size *= each
    return size


def same(a: Tensor | None, b: Tensor | None) -> bool:
    if a is None or b is None:
        return a is b
    return torch.equal(a.nan_to_num(7), b.nan_to_num(7))


@settings(max_examples=60)
@given(specs(), st.integers(5, 9), st.integers(1, 2), st.booleans())
def test_parameters_of_the_class_may_change(
    spec: dict[str, Any], width: int, step: int, bias: bool
) -> None:
    """A class with other arguments is the one that a spec with other defaults gives."""
    net = network(spec)
    try:
        values = {"width": width, "step": step, "bias": bias}
        changed = network({**spec, "parameters": values})
    except SpecError:
        assume(False)
    for style in ("explicit", "sequential"):
        cls = type(model(net, style))
        torch.manual_seed(1)
        made = cls(width=width, step=step, bias=bias)
        wanted = model(changed, style)
        assert [*made.state_dict()] == [*wanted.state_dict()]
        x = torch.randn(2, *net.graph.input)
        for a, b in zip(run(made.eval(), x), run(wanted.eval(), x), strict=True):
            assert same(a, b)


def names_in(graph: Any) -> list[str]:
    found = []
    for node in graph.nodes:
        found.append(node.name)
        found += [f"{node.name}.{child.name}" for child in node.children]
    return found


@settings(max_examples=60)
@given(specs(), st.data())
def test_any_layer_can_be_captured_in_both_styles(
    spec: dict[str, Any], data: st.DataObject
) -> None:
    net = network(spec)
    known = names_in(net.graph)
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

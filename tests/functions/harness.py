"""Runs functions of the catalogue as generated code would, and compares with torch."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
import yaml
from torch import Tensor
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from mlpgen.functions import FUNCTIONS
from mlpgen.styles.code import flat, keyword, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.functions.base import Operation
    from mlpgen.layers.base import Function, Value, Values

INDEXES = {"index", "scatter", "scatter_add", "index_add"}
"""What shows that the second input is an index."""
DTYPES = {"float32": torch.float32, "int64": torch.int64, "bool": torch.bool}


def written(function: Function, inputs: Sequence[str]) -> str:
    """Write a call on inputs that are names."""
    before = [flat(literal(each)) for each in function.leading]
    after = [flat(literal(each)) for each in function.positional]
    if function.is_index:
        return inputs[0] + function.name.format(*after)
    if function.counts:
        after.insert(0, f"{inputs[0]}.shape[0]")
    if function.follows_batch:
        after.insert(0, f"{inputs[-1]}.shape[0]")
        inputs = inputs[:-1]
    if function.is_operator:
        return f" {function.name} ".join([*before, *inputs, *after])
    names = [*function.names, *[""] * len(inputs)][: len(inputs)]
    by_place = [text for text, name in zip(inputs, names, strict=True) if not name]
    by_name = [
        flat(keyword(name, text))
        for text, name in zip(inputs, names, strict=True)
        if name
    ]
    by_name += [
        flat(keyword(name, literal(value)))
        for name, value in function.keywords.items()
        if name not in function.only_training
    ]
    if function.new is not None and function.new.dtype != function.new.usual:
        by_name.append(f"dtype=torch.{function.new.dtype}")
    if function.after:
        by_place[function.after : function.after] = after
        after = []
    if function.gathers:
        by_place = [f"[{', '.join(by_place)}]"]
    name = function.name
    if function.is_method:
        name = by_place.pop(0) + name
    return f"{name}({', '.join([*before, *by_place, *after, *by_name])})"


def expanded(values: Values, function: Function) -> list[str]:
    """Name the inputs, and expand over the batch where the function asks for it."""
    names = [f"t{index}" for index in range(len(values))]
    if not function.expands:
        return names
    batched = next(index for index, value in enumerate(values) if value.batched)
    rest = ", ".join(["-1"] * len(values[batched].shape))
    return [
        name if value.batched else f"{name}.expand(t{batched}.shape[0], {rest})"
        for name, value in zip(names, values, strict=True)
    ]


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Compute attention as the sum of products that the counter knows."""
    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
        warnings.simplefilter("ignore")
        yield


def evaluate(code: str, tensors: Sequence[Tensor]) -> Any:
    """Evaluate code, with plain kernels."""
    scope = {f"t{index}": tensor for index, tensor in enumerate(tensors)}
    return eval(code, {"torch": torch, "F": F}, scope)


def tensor(value: Value, batch: int, generator: torch.Generator) -> Tensor:
    """Draw numbers; whole ones are small, so that they are places, too."""
    shape = (batch, *value.shape) if value.batched else value.shape
    if value.dtype == "float32":
        return 0.9 * torch.rand(shape, generator=generator) + 0.1
    return torch.randint(0, 2, shape, generator=generator).to(DTYPES[value.dtype])


def draw(values: Values, batch: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(5)
    return [tensor(value, batch, generator) for value in values]


def operation(name: str, arguments: dict[str, Any], values: Values) -> Operation:
    """Validate a function, and let it follow its inputs."""
    found = FUNCTIONS[name].model_validate(arguments)
    return found.model_copy(update=found.inferred_from(values))


def arguments_of(name: str) -> dict[str, Any]:
    """Return the arguments of the example."""
    data = yaml.safe_load(FUNCTIONS[name].example)
    value = data[name] if isinstance(data, dict) else {}
    return (
        value if isinstance(value, dict) else {FUNCTIONS[name].shorthand() or "": value}
    )


def assert_as_predicted(layer: Operation, values: Values) -> None:
    """Compare shapes, kinds of numbers, work, and each example alone, with torch."""
    function = layer.function_on(values)
    code = written(function, expanded(values, function))
    results = layer.results(values)
    context = f"{code} on {values}"
    names = layer.returned()
    assert list(results) == (list(names) or [""]), context
    most = draw(values, 3)
    if INDEXES & {layer.title(), *function.names}:
        most[1].zero_()
    if layer.title() in ("floor_divide", "remainder"):
        most[1:] = map(torch.ones_like, most[1:])
    alone = evaluate(code, last(most, values, 1))
    for batch in (2, 3):
        tensors = last(most, values, batch)
        with FlopCounterMode(display=False) as counter:
            output = evaluate(code, tensors)
        parts = list(output) if names else [output]
        assert len(parts) == len(results), context
        for index, value in enumerate(results.values()):
            shape = (batch, *value.shape) if value.batched else value.shape
            assert tuple(parts[index].shape) == shape, context
            assert parts[index].dtype == DTYPES[value.dtype], context
            if value.batched and not layer.random:
                one = alone[index] if names else alone
                assert torch.allclose(
                    parts[index][-1:].float(), one.float(), 1e-4, 1e-5, equal_nan=True
                ), f"{context}: examples are mixed"
            assert_views(layer, parts[index], tensors, context)
        if len(values) > 2 and len({value.batched for value in values}) > 1:
            continue  # torch does the products of learned tensors only once
        times = batch if any(value.batched for value in results.values()) else 1
        work = layer.work(values, results)
        assert 2 * work * times == counter.get_total_flops(), context


def last(tensors: list[Tensor], values: Values, count: int) -> list[Tensor]:
    """Keep the last examples of each batch."""
    pairs = zip(tensors, values, strict=True)
    return [each[-count:] if value.batched else each for each, value in pairs]


def assert_views(
    layer: Operation, output: Tensor, tensors: list[Tensor], context: str
) -> None:
    """A result that shares memory with an input says so."""
    pointers = {each.untyped_storage().data_ptr() for each in tensors}
    if output.untyped_storage().data_ptr() in pointers:
        assert layer.returns_input == "always", context


def parts_of(output: Any) -> list[Tensor]:
    return list(output) if isinstance(output, (tuple, list)) else [output]


def refusal(code: str, values: Values) -> str:
    """Say why a call is rightly refused; an empty text if torch can do it."""
    try:
        outputs = {}
        for batch in (2, 3, 1):
            output = evaluate(code, draw(values, batch))
            outputs[batch] = parts_of(output)
    except (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError) as e:
        return f"torch: {e}"
    if any(each.numel() == 0 for each in outputs[2]):
        return "nothing is left"
    if not any(value.batched for value in values):
        return ""
    alone = parts_of(evaluate(code, last(draw(values, 3), values, 1)))
    pairs = list(zip(outputs[3], alone, strict=False))
    for left, right in pairs:
        if left.dim() == 0 or len(left) != 3 or left[:1].shape != right.shape:
            return "the batch is gone"
        if not torch.allclose(
            left[-1:].float(), right.float(), 1e-4, 1e-5, equal_nan=True
        ):
            return "examples are mixed"
    if len(outputs[3]) != len(outputs[2]):
        return "as many parts as examples"
    return ""

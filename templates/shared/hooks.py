"""What comes out of each layer of a model, seen by forward hooks."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from data_common import Features
from data_features import applied
from errors import RunError


def outputs_of_layers(model: nn.Module, features: Features) -> dict[str, Tensor]:
    """Call a model, and keep what comes out of each of its layers by a forward hook.

    A hook belongs to a module: it is called with what went in and what came out, each
    time that the module was called. What `forward` does by functions has none.

    Returns:
        The outputs in the order in which they came, by the names of the layers as in
        `named_modules`: `lstm[0]` and `lstm[1][0]` if a layer gives several, and
        `linear (call 2)` if it is called more than once.
    """
    outputs: dict[str, Tensor] = {}
    calls: dict[str, int] = {}

    def hook_of(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(_layer: nn.Module, _inputs: Any, output: Any) -> None:
            calls[name] = calls.get(name, 0) + 1
            call = f" (call {calls[name]})" if calls[name] > 1 else ""
            found = list(tensors(output))
            for place, tensor in found:
                label = f"{name}{call}{place if len(found) > 1 else ''}"
                outputs[label] = tensor.detach().clone()

        return hook

    handles = [
        layer.register_forward_hook(hook_of(name))
        for name, layer in model.named_modules()
        if name and "parametrizations" not in name.split(".")  # these make weights
    ]
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # it passes over layers of encoders
    try:
        with torch.inference_mode():
            applied(model, features)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for handle in handles:
            handle.remove()
    return outputs


def print_layers(model: nn.Module, outputs: Mapping[str, Tensor]) -> None:
    """Print shape, mean and standard deviation of what comes out of layers."""
    rows = [(name, *_described(output)) for name, output in outputs.items()]
    wide = max([len(name) for name, *_ in rows] + [len("layer")])
    long = max([len(shape) for _, shape, *_ in rows] + [len("output")])
    print(f"{'layer':{wide}}  {'output':{long}}  {'mean':>10}  {'deviation':>10}")
    for name, shape, mean, deviation in rows:
        print(f"{name:{wide}}  {shape:{long}}  {mean:10.4g}  {deviation:10.4g}")
    kinds = {type(each) for each in model.modules()}
    own = [kind for kind in kinds if not kind.__module__.startswith("torch.")]
    if any(kind.forward is not nn.Sequential.forward for kind in own):
        print("what `forward` does by functions, such as F.relu, has no hook")


def print_layer(outputs: Mapping[str, Tensor], name: str) -> None:
    """Print the tensors that come out of a layer."""
    ends = (f"{name} (", f"{name}[")
    found = [each for each in outputs if each == name or each.startswith(ends)]
    if not found:
        near = ", ".join(difflib.get_close_matches(name, outputs, cutoff=0.4))
        more = f"; the nearest: {near}" if near else "; --layers shows all"
        raise RunError(f"no layer {name!r} gives anything{more}")
    for each in found:
        print(f"{each}: {_described(outputs[each])[0]}")
        print(outputs[each])


def _described(output: Tensor) -> tuple[str, float, float]:
    """Return type and shape, mean and standard deviation of a tensor."""
    values = (output.abs() if output.is_complex() else output).cpu().double()
    mean = values.mean()
    std = (values - mean).square().mean().sqrt()
    dtype = str(output.dtype).removeprefix("torch.")
    return f"{dtype} ({', '.join(map(str, output.shape))})", mean.item(), std.item()


def tensors(result: Any, place: str = "") -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a result that may be one, several, or nested, and where."""
    if isinstance(result, Tensor):
        yield place, result
    elif isinstance(result, Mapping):
        for key, each in result.items():
            yield from tensors(each, f"{place}[{key!r}]")
    elif isinstance(result, tuple | list):
        for index, each in enumerate(result):
            yield from tensors(each, f"{place}[{index}]")

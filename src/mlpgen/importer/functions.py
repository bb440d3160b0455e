"""Translates calls of torch's functions to entries of a spec."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.arguments import plain, written_arguments
from mlpgen.importer.calls import Value, bound, is_number, listed, whole
from mlpgen.importer.layout import Layout, LayoutError
from mlpgen.importer.recording import Batch, Dtype, Ref, Rest, Slice, State, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlpgen.importer.calls import Call
    from mlpgen.importer.recording import Tensor

_FAMILIES = FUNCTIONS.families
POINTWISE = {
    *_FAMILIES["elementwise"],
    *_FAMILIES["trigonometry"],
    *_FAMILIES["activation"],
    *("zeros_like", "ones_like", "full_like", "rand_like", "randn_like", "bernoulli"),
}
BINARY = {*_FAMILIES["arithmetic"], *_FAMILIES["comparison"]} - {"where", "masked_fill"}
REDUCTIONS = {*_FAMILIES["reduction"]} - {"cumsum", "cumprod", "logcumsumexp"}
ALONG = {"cumsum", "cumprod", "logcumsumexp", "softmax", "log_softmax", "normalize"}
ALONG |= {"glu", "argsort"}

SAME = {"contiguous", "clone", "detach_", "requires_grad_", "cpu", "cuda", "type_as"}
SAME |= {"alias", "resolve_conj", "positive", "view_as_same", "checkpoint"}

ALIASES = {
    "concat": "cat",
    "concatenate": "cat",
    "hstack": "cat",
    "swapaxes": "transpose",
    "swapdims": "transpose",
    "moveaxis": "movedim",
    "true_divide": "div",
    "divide": "div",
    "multiply": "mul",
    "subtract": "sub",
    "absolute": "abs",
    "negative": "neg",
    "clip": "clamp",
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
    "not_equal": "ne",
    **{f"__{name}__": name for name in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "abs")},
    "__and__": "logical_and",
    "__or__": "logical_or",
    "__invert__": "logical_not",
    "bitwise_not": "logical_not",
    "bitwise_and": "logical_and",
    "bitwise_or": "logical_or",
    "__pow__": "pow",
    "__rpow__": "rpow",
    "__rtruediv__": "rdiv",
    "__rdiv__": "rdiv",
    "__truediv__": "div",
    "__floordiv__": "floor_divide",
    "__mod__": "remainder",
    "__rsub__": "rsub",
    "__radd__": "add",
    "__rmul__": "mul",
    "__matmul__": "matmul",
    "fmod": "remainder",
    "mm": "matmul",
    "norm": "vector_norm",
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "arctan2": "atan2",
    "expit": "sigmoid",
    "int": "long",
    "type": "to",
    "tensor_split": "chunk",
}
LAYERS_OF_FUNCTIONS = {
    "hardtanh": ("Hardtanh", "input min_val=-1 max_val=1"),
    "celu": ("CELU", "input alpha=1"),
    "threshold": ("Threshold", "input threshold value"),
    "prelu_": ("PReLU", "input"),
    "hardshrink": ("Hardshrink", "input lambd=0.5"),
    "softshrink": ("Softshrink", "input lambd=0.5"),
    "tanhshrink": ("Tanhshrink", "input"),
    "dropout": ("Dropout", "input p=0.5 training=True"),
    "dropout1d": ("Dropout1d", "input p=0.5 training=True"),
    "dropout2d": ("Dropout2d", "input p=0.5 training=True"),
    "feature_dropout": ("Dropout2d", "input p=0.5 training=True"),
    "dropout3d": ("Dropout3d", "input p=0.5 training=True"),
    "alpha_dropout": ("AlphaDropout", "input p=0.5 training=False"),
    "softmin": ("Softmin", "input dim"),
    "glu": ("GLU", "input dim=-1"),
    "pixel_shuffle": ("PixelShuffle", "input upscale_factor"),
    "pixel_unshuffle": ("PixelUnshuffle", "input downscale_factor"),
    "channel_shuffle": ("ChannelShuffle", "input groups"),
    "local_response_norm": ("LocalResponseNorm", "input size alpha beta k"),
    "unfold": ("Unfold", "input kernel_size dilation=1 padding=0 stride=1"),
    "fold": ("Fold", "input output_size kernel_size dilation=1 padding=0 stride=1"),
}
for _n in (1, 2, 3):
    _max = "input kernel_size stride= padding=0 dilation=1 ceil_mode=False"
    LAYERS_OF_FUNCTIONS[f"max_pool{_n}d"] = (f"MaxPool{_n}d", _max)
    _average = "input kernel_size stride= padding=0 ceil_mode=False count_include_pad=True"
    _average += " divisor_override=None" if _n > 1 else ""
    LAYERS_OF_FUNCTIONS[f"avg_pool{_n}d"] = (f"AvgPool{_n}d", _average)
    for _kind in ("Avg", "Max"):
        _layer = f"Adaptive{_kind}Pool{_n}d"
        LAYERS_OF_FUNCTIONS[f"adaptive_{_kind.lower()}_pool{_n}d"] = (
            _layer,
            "input output_size",
        )

NAME_ARGUMENTS = ("names",)


def canonical(function: str) -> str:
    """Return the name of a function in a spec: without its module and a last `_`."""
    short = function.rpartition(".")[2]
    if short.startswith("__i") and short.endswith("__") and short != "__invert__":
        short = f"__{short[3:]}"
    if short.endswith("_") and not short.endswith("__"):
        short = short[:-1]
    if short in ("max_pool1d_with_indices", "max_pool2d_with_indices"):
        short = short.removesuffix("_with_indices")
    return ALIASES.get(short, short)


def translated(call: Call) -> list[Value]:
    """Add the entries of a call; return the values of the tensors that it returns.

    Raises:
        UnsaidError: No spec can say it.
    """
    handler = _handler(call.name)
    if handler is None:
        raise call.refuse("the language of specs has no such function")
    try:
        return [*handler(call)]
    except LayoutError as error:
        raise call.refuse(str(error)) from None


def _handler(name: str) -> Callable[[Call], Iterable[Value]] | None:
    if name in _HANDLERS:
        return _HANDLERS[name]
    if name in LAYERS_OF_FUNCTIONS:
        return _as_layer
    if name in SAME:
        return _same
    if name in POINTWISE:
        return _pointwise
    if name in BINARY:
        return _binary
    if name in REDUCTIONS:
        return _reduction
    return _along if name in ALONG else None


def _rest(call: Call, signature: str) -> dict[str, Any]:
    """Return the arguments that the entry has, where they are not the defaults."""
    given = bound(signature, call.step)
    fields = FUNCTIONS[call.name].model_fields
    return {
        name: value
        for name, value in given.items()
        if name in fields and value != fields[name].default and value is not None
    }


def _of(call: Call, source: Any, like: Value, **changes: Any) -> Value:
    return like._replace(source=source, dtype=_dtype(call), **changes)


def _dtype(call: Call) -> str:
    return call.step.outputs[0].dtype if call.step.outputs else "float32"


def _same(call: Call) -> Iterable[Value]:
    yield call.value(call.step.args[0])


def _pointwise(call: Call) -> Iterable[Value]:
    signatures = {
        "clamp": "input min max",
        "leaky_relu": "input negative_slope",
        "elu": "input alpha",
        "softplus": "input beta threshold",
        "gelu": "input approximate",
        "logit": "input eps",
        "nan_to_num": "input nan posinf neginf",
        "full_like": "input fill_value",
    }
    value = call.value(call.step.args[0] if call.step.args else call.step.kwargs["input"])
    given = _rest(call, signatures.get(call.name, "input"))
    _need_numbers(call, given)
    yield _of(call, call.emit(call.name, given, [value]), value)


def _need_numbers(call: Call, given: dict[str, Any]) -> None:
    for name, value in given.items():
        for each in listed(value):
            if isinstance(each, Ref | State | Batch | Unknown):
                raise call.refuse(f"`{name}` must be a number that is known")


def _binary(call: Call) -> Iterable[Value]:
    given = bound("input other alpha=1", call.step)
    if "exponent" in given:
        given["other"] = given["exponent"]
    name, first, other = call.name, given["input"], given["other"]
    if given.get("rounding_mode") == "floor":
        name = "floor_divide"
    elif given.get("rounding_mode") is not None:
        raise call.refuse("it rounds towards zero")
    if given.get("alpha") != 1:
        raise call.refuse("it has an `alpha`")
    tensors = [each for each in (first, other) if isinstance(each, Ref | State)]
    if len(tensors) == 2:
        values = _aligned(call, [call.value(each) for each in tensors])
        yield _of(call, call.emit(name, {}, values), _widest(values))
        return
    value = call.value(tensors[0])
    number = other if tensors[0] is first else first
    if not is_number(number):
        raise call.refuse("a number depends on the batch")
    if tensors[0] is first:
        key = "exponent" if name == "pow" else "other"
    elif name in ("add", "mul"):
        key = "other"
    elif name in ("sub", "div", "pow"):
        key = "input"
    else:
        raise call.refuse("the number comes first")
    neutral = (name, key) in (("mul", "other"), ("div", "other")) and number == 1
    neutral = neutral or (name in ("add", "sub") and key == "other" and number == 0)
    if neutral and value.dtype == _dtype(call):
        yield value
        return
    yield _of(call, call.emit(name, {key: number}, [value]), value)


def _reverse(call: Call) -> Iterable[Value]:
    name = call.name.removeprefix("r")
    first, number = call.step.args[:2]
    value = call.value(first)
    if not is_number(number):
        values = _aligned(call, [call.value(number), value])
        yield _of(call, call.emit(name, {}, values), _widest(values))
        return
    yield _of(call, call.emit(name, {"input": number}, [value]), value)


def _widest(values: list[Value]) -> Value:
    """Return a value with the layout of the broadcast result."""
    batched = [each for each in values if each.layout.batch >= 0 and not each.alone]
    like = max(batched or values, key=lambda each: each.layout.count)
    dims = [*like.layout.dims]
    for value in values:
        own = value.layout.dims
        for index in range(1, len(own) + 1):
            if index <= len(dims) and dims[-index] == (1,) and own[-index] != (1,):
                dims[-index] = own[-index]
    batch = like.layout.batch
    if len(dims) < max(value.layout.count for value in values):
        raise LayoutError("it broadcasts the batch over another dimension")
    return like._replace(layout=like.layout._replace(dims=(*dims,), batch=batch))


def _aligned(call: Call, values: list[Value]) -> list[Value]:
    """Check that torch's broadcasting means the same where the batch comes first."""
    batched = [each for each in values if each.layout.batch >= 0 and not each.alone]
    if not batched:
        return values
    like = max(batched, key=lambda each: each.layout.count)
    for value in values:
        if value.layout.batch < 0 or value.alone:
            if not like.layout.plain:
                value_dims = value.layout.count
                behind = like.layout.count - like.layout.batch - 1
                if value_dims > behind:
                    sizes = value.layout.dims[: value_dims - behind]
                    if any(size != (1,) for size in sizes):
                        raise call.refuse("it broadcasts over the batch")
            continue
        same_side = like.layout.count - like.layout.batch
        if value.layout.count - value.layout.batch != same_side:
            raise call.refuse("the batches of its inputs are different dimensions")
        one, other = like.layout, value.layout
        if (one.dims[one.batch], one.before) != (other.dims[other.batch], other.before):
            raise call.refuse("the batches of its inputs are different dimensions")
    return values


def _reduction(call: Call) -> Iterable[Value]:
    signature = "input dim=None keepdim=False"
    if call.name in ("var", "std"):
        signature = "input dim=None unbiased=None keepdim=False"
    if call.name == "vector_norm":
        signature = "input ord=2 dim=None keepdim=False"
    given = bound(signature, call.step)
    value = call.value(given["input"])
    if given.get("p") is not None:
        given["ord"] = given["p"]
    if given["ord"] == "fro" if "ord" in given else False:
        given["ord"] = 2
    if given["dim"] is None:
        raise call.refuse("it reduces the batch")
    dims = listed(given["dim"])
    kept = bool(given["keepdim"])
    arguments: dict[str, Any] = {"dim": _dims(value.layout, dims, given["dim"])}
    if kept:
        arguments["keepdim"] = True
    if call.name in ("var", "std"):
        unbiased = given.get("unbiased")
        correction = given.get("correction", 0 if unbiased is False else 1)
        if correction != 1:
            arguments["correction"] = correction
    if given.get("ord", 2) != 2:
        arguments["ord"] = float(given["ord"])
    source = call.emit(call.name, arguments, [value])
    layout = value.layout
    for dim in sorted((each % layout.count for each in dims), reverse=True):
        layout = layout.resized(dim, 1) if kept else layout.without(dim)
    yield _of(call, source, value, layout=layout)


def _dims(layout: Layout, dims: list[int], raw: Any) -> Any:
    found = [layout.kept(layout_checked(layout, each)) for each in dims]
    return found if type(raw) in (list, tuple) and len(found) > 1 else found[0]


def layout_checked(layout: Layout, dim: int) -> int:
    """Return a dimension, unless it is that of the batch."""
    layout.dim(dim)
    return dim


def _along(call: Call) -> Iterable[Value]:
    default = {"normalize": "input p=2 dim=1 eps=", "argsort": "input dim=-1 descending="}
    given = bound(default.get(call.name, "input dim=-1"), call.step)
    value = call.value(given["input"])
    dim = given["dim"]
    if dim is None:
        raise call.refuse("it has no `dim`")
    if dim < 0 and not value.layout.plain:
        dim %= value.layout.count
    arguments = _rest(call, "input p=2 dim=1 eps=" if call.name == "normalize" else "input")
    arguments["dim"] = value.layout.kept(layout_checked(value.layout, dim))
    yield _of(call, call.emit(call.name, arguments, [value]), value)


def _as_layer(call: Call) -> Iterable[Value]:
    layer, signature = LAYERS_OF_FUNCTIONS[call.name]
    given = bound(signature, call.step)
    value = call.value(given["input"])
    pools = layer.startswith(("Max", "Avg", "Adaptive", "Pixel", "Channel", "Fold", "Unf"))
    if pools and not value.layout.plain:
        raise call.refuse("the batch is not its first dimension")
    names = [name.partition("=")[0] for name in signature.split()]
    arguments = {
        name: given[name]
        for name in names
        if name not in ("input", "training") and given[name] is not None
    }
    if layer == "GLU" and not value.layout.plain:
        arguments["dim"] = value.layout.dim(arguments["dim"])
    if given.get("return_indices"):
        raise call.refuse("it returns indices")
    _need_numbers(call, arguments)
    source = call.emit(layer, written_arguments(layer, plain(arguments)), [value])
    out = call.step.outputs[0] if call.step.outputs else None
    layout = value.layout
    if out is not None and pools:
        dims = tuple(() if at == 0 else (size,) for at, size in enumerate(out.shape))
        layout = Layout(dims, 0) if layout.batch == 0 else layout
    if layer == "GLU":
        layout = layout.resized(given["dim"], call.step.outputs[0].shape[given["dim"]])
    yield _of(call, source, value, layout=layout)


def _reshape(call: Call) -> Iterable[Value]:
    value = call.value(call.step.args[0])
    out = call.step.outputs[0]
    if value.alone:
        yield _reshaped_alone(call, value, out)
        return
    yield reshaped(call, value, out.shape, out.batch)


def _reshaped_alone(call: Call, value: Value, out: Tensor) -> Value:
    """Reshape what is the same for each example: in the spec it has a leading 1."""
    if out.batch != 0 or out.shape[0] != 1:
        raise call.refuse("it reshapes what is the same for each example")
    source = call.emit("reshape", {"shape": [1, *out.shape[1:]]}, [value])
    dims = ((), *((size,) for size in out.shape[1:]))
    return value._replace(source=source, layout=Layout(dims, 0))


def reshaped(call: Call, value: Value, shape: tuple[int, ...], batch: int) -> Value:
    """Emit a reshape, as `flatten` or `unflatten` where it is one."""
    layout = value.layout.reshaped(shape, batch)
    before, after = value.layout.shape, layout.shape
    if before == after:
        return value._replace(layout=layout)
    batched = layout.batch >= 0
    source = call.emit(*reshape_entry(before, after, batched=batched), [value])
    return value._replace(source=source, layout=layout)


def reshape_entry(
    before: tuple[int, ...], after: tuple[int, ...], *, batched: bool
) -> tuple[str, dict[str, Any]]:
    """Return the entry that makes one shape of another."""
    if len(after) == 1 and len(before) > 1:
        return "flatten", {"start_dim": int(batched)}
    begin = 0
    while begin < min(len(before), len(after)) and before[begin] == after[begin]:
        begin += 1
    end = 0
    most = min(len(before), len(after)) - begin
    while end < most and before[-1 - end] == after[-1 - end]:
        end += 1
    old = before[begin : len(before) - end]
    new = after[begin : len(after) - end]
    if len(new) == 1 and len(old) > 1 and prod(old) == new[0]:
        ends = {} if end == 0 else {"end_dim": -1 - end}
        return "flatten", {"start_dim": begin + batched, **ends}
    if len(old) == 1 and len(new) > 1:
        dim = -1 - end if end == 0 else begin + batched
        return "unflatten", {"dim": dim, "sizes": [*new]}
    return "reshape", {"shape": [*after]}


def _flatten(call: Call) -> Iterable[Value]:
    return _reshape(call) if call.step.outputs else _same(call)


def _unflatten(call: Call) -> Iterable[Value]:
    return _reshape(call)


def _permute(call: Call) -> Iterable[Value]:
    given = bound("input *dims", call.step)
    return [permuted(call, call.value(given["input"]), (*given["dims"],))]


def permuted(call: Call, value: Value, order: tuple[int, ...]) -> Value:
    """Emit the permutation of what is not the batch."""
    layout = value.layout.permuted(order)
    axes = value.layout.permutation(order)
    if axes == sorted(axes):
        return value._replace(layout=layout)
    batched = value.layout.batch >= 0
    swapped = [at for at, axis in enumerate(axes) if at != axis]
    source = (
        call.emit("transpose", _transposition(swapped, len(axes), batched), [value])
        if len(swapped) == 2
        else call.emit(
            "permute",
            {"dims": [*([0] if batched else []), *(axis + batched for axis in axes)]},
            [value],
        )
    )
    return value._replace(source=source, layout=layout)


def _transposition(swapped: list[int], count: int, batched: bool) -> dict[str, int]:
    one, other = swapped
    if (one, other) == (count - 2, count - 1) and count > 2:
        return {"dim0": -2, "dim1": -1}
    return {"dim0": one + batched, "dim1": other + batched}


def _transpose(call: Call) -> Iterable[Value]:
    given = bound("input dim0 dim1", call.step)
    value = call.value(given["input"])
    order = [*range(value.layout.count)]
    one, other = (whole(given[name]) or 0 for name in ("dim0", "dim1"))
    if "axis0" in given:
        one, other = given["axis0"], given["axis1"]
    order[one], order[other] = order[other], order[one]
    return [permuted(call, value, (*order,))]


def _turned(call: Call) -> Iterable[Value]:
    """`x.T`, `x.mT` and `x.t()`."""
    value = call.value(call.step.args[0])
    order = [*range(value.layout.count)]
    if call.name in ("T", "H"):
        order.reverse()
    elif len(order) > 1:
        order[-2:] = [order[-1], order[-2]]
    return [permuted(call, value, (*order,))]


def _movedim(call: Call) -> Iterable[Value]:
    given = bound("input source destination", call.step)
    value = call.value(given["input"])
    count = value.layout.count
    sources = [each % count for each in listed(given["source"])]
    places = [each % count for each in listed(given["destination"])]
    order = [each for each in range(count) if each not in sources]
    for place, source in sorted(zip(places, sources, strict=True)):
        order.insert(place, source)
    return [permuted(call, value, (*order,))]


def _squeeze(call: Call) -> Iterable[Value]:
    given = bound("input dim=None", call.step)
    value = call.value(given["input"])
    count = value.layout.count
    ones = [at for at in range(count) if value.layout.dims[at] == (1,)]
    asked = range(count) if given["dim"] is None else listed(given["dim"])
    dims = [at for at in (each % count for each in asked) if at in ones]
    for at in sorted(dims, reverse=True):
        arguments = {"dim": value.layout.kept(at)}
        layout = value.layout.without(at)
        value = value._replace(source=call.emit("squeeze", arguments, [value]), layout=layout)
    return [value]


def _unsqueeze(call: Call) -> Iterable[Value]:
    given = bound("input dim", call.step)
    return [unsqueezed(call, call.value(given["input"]), given["dim"])]


def unsqueezed(call: Call, value: Value, dim: int) -> Value:
    """Emit an inserted dimension."""
    layout = value.layout.with_dim(dim, 1)
    at = dim + layout.count if dim < 0 else dim
    written = dim if dim < 0 and layout.plain else layout.dim(at)
    source = call.emit("unsqueeze", {"dim": written}, [value])
    return value._replace(source=source, layout=layout)


def _cat(call: Call) -> Iterable[Value]:
    given = bound("tensors dim=0", call.step)
    if call.step.function.endswith("hstack"):
        given["dim"] = 1
    values = [call.value(each) for each in given["tensors"]]
    dim = given.get("axis", given["dim"])
    batched = [each for each in values if each.layout.batch >= 0]
    like = next((each for each in batched if not each.alone), (batched or values)[0])
    if len(values) == 1:
        return [values[0]]
    for value in values:
        if value.layout.batch >= 0 and value.layout.batch != like.layout.batch:
            raise call.refuse("the batches of its inputs are different dimensions")
    out = call.step.outputs[0]
    if dim % like.layout.count == like.layout.batch:
        raise call.refuse("it joins batches")
    layout = like.layout.resized(dim, out.shape[dim])
    source = call.emit("cat", {"dim": like.layout.kept(dim)}, values)
    return [_of(call, source, like, layout=layout)]


def _stack(call: Call) -> Iterable[Value]:
    given = bound("tensors dim=0", call.step)
    values = [call.value(each) for each in given["tensors"]]
    like = values[0]
    dim = given["dim"]
    layout = like.layout.with_dim(dim, len(values))
    at = dim + layout.count if dim < 0 else dim
    if at == 0 and like.layout.batch == 0 and not like.layout.dims[0]:
        # The author stacks ahead of the batch; here the new dimension is behind it.
        written = 1
    else:
        written = dim if layout.plain else layout.dim(at)
    return [_of(call, call.emit("stack", {"dim": written}, values), like, layout=layout)]


def _split(call: Call) -> Iterable[Value]:
    second = {"chunk": "chunks", "split": "split_size_or_sections", "unbind": "dim=0"}
    given = bound(f"input {second[call.name]} dim=0", call.step)
    if call.name == "unbind":
        given = bound("input dim=0", call.step)
    if "split_size" in given:
        given["split_size_or_sections"] = given["split_size"]
    value = call.value(given["input"])
    dim = given["dim"]
    arguments = {
        name: given[name]
        for name in ("chunks", "split_size_or_sections")
        if name in given and name in FUNCTIONS[call.name].model_fields
    }
    if isinstance(arguments.get("split_size_or_sections"), tuple):
        arguments["split_size_or_sections"] = [*arguments["split_size_or_sections"]]
    _need_numbers(call, arguments)
    arguments["dim"] = value.layout.kept(layout_checked(value.layout, dim))
    outputs = call.step.outputs
    source = call.emit(call.name, arguments, [value])
    names = part_names(len(outputs))
    if len(outputs) > len(ORDINALS):
        raise call.refuse(f"it gives {len(outputs)} parts")
    found = []
    for name, out in zip(names, outputs, strict=True):
        layout = (
            value.layout.without(dim)
            if call.name == "unbind"
            else value.layout.resized(dim, out.shape[dim])
        )
        found.append(value._replace(source=source._replace(part=name), layout=layout))
    return found


ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)


def part_names(count: int) -> tuple[str, ...]:
    """Return the usual names of parts."""
    return ORDINALS[:count]


def _ordering(call: Call) -> Iterable[Value]:
    signature = {
        "topk": "input k dim=-1 largest=True sorted=True",
        "sort": "input dim=-1 descending=False",
        "max": "input dim keepdim=False",
        "min": "input dim keepdim=False",
    }[call.name]
    given = bound(signature, call.step)
    if call.name in ("max", "min") and not isinstance(given["dim"], int):
        if call.is_tensor("dim") or isinstance(given["dim"], Ref | State):
            values = _aligned(call, [call.value(given["input"]), call.value(given["dim"])])
            name = f"{call.name}imum"
            return [_of(call, call.emit(name, {}, values), _widest(values))]
        raise call.refuse("it reduces the batch")
    value = call.value(given["input"])
    arguments = _rest(call, signature)
    arguments["dim"] = value.layout.kept(layout_checked(value.layout, given["dim"]))
    source = call.emit(call.name, arguments, [value])
    outputs = call.step.outputs
    layout = value.layout
    if call.name == "topk":
        layout = layout.resized(given["dim"], given["k"])
    if call.name in ("max", "min"):
        dim = given["dim"]
        layout = layout.resized(dim, 1) if given["keepdim"] else layout.without(dim)
    return [
        value._replace(source=source._replace(part=name), layout=layout, dtype=out.dtype)
        for name, out in zip(("values", "indices"), outputs, strict=True)
    ]


def _matmul(call: Call) -> Iterable[Value]:
    given = bound("input other", call.step)
    if "mat2" in given or "tensor2" in given or "vec2" in given:
        given["other"] = given.get("mat2", given.get("tensor2", given.get("vec2")))
    values = [call.value(given[name]) for name in ("input", "other")]
    one, other = values
    out = call.step.outputs[0]
    for value in values:
        if value.layout.batch >= 0 and value.layout.batch >= value.layout.count - 2:
            if not (value is one and other.layout.batch < 0 and other.layout.count == 2):
                raise call.refuse("it multiplies over the batch")
    batched = [each for each in values if each.layout.batch >= 0]
    if len(batched) == 2:
        _aligned(call, [_headed(each) for each in values])
    elif batched and (other if batched[0] is one else one).layout.count > 2:
        if not batched[0].layout.plain:
            raise call.refuse("it broadcasts over the batch")
    like = batched[0] if batched else one
    name = "bmm" if call.step.function.endswith("bmm") and len(like.layout.shape) == 2 else ""
    dims = [*max(values, key=lambda each: each.layout.count).layout.dims]
    if other.layout.count >= 2 and one.layout.count >= 2:
        dims = dims[:-2] + [one.layout.dims[-2], other.layout.dims[-1]]
        if like.layout.batch >= 0 and like.layout.count == len(dims):
            dims[: like.layout.count - 2] = like.layout.dims[:-2]
        layout = like.layout._replace(dims=(*dims,))
    else:
        layout = Layout(tuple((size,) for size in out.shape), -1)
        if batched:
            dims_ = [() if at == out.batch else (s,) for at, s in enumerate(out.shape)]
            layout = Layout((*dims_,), out.batch)
    source = call.emit(name or "matmul", {}, values)
    return [_of(call, source, like, layout=layout)]


def _headed(value: Value) -> Value:
    """Return a value without its last two dimensions."""
    layout = value.layout
    return value._replace(layout=layout._replace(dims=(*layout.dims[:-2], (1,), (1,))))


def _attention(call: Call) -> Iterable[Value]:
    signature = "query key value attn_mask=None dropout_p=0 is_causal=False scale=None"
    given = bound(f"{signature} enable_gqa=False", call.step)
    names = ["query", "key", "value", *(["attn_mask"] if given["attn_mask"] else [])]
    values = [call.value(given[name]) for name in names]
    arguments = {
        name: given[name]
        for name in ("dropout_p", "is_causal", "scale", "enable_gqa")
        if given[name]
    }
    _need_numbers(call, arguments)
    query, _, value, *_ = values
    if query.layout.batch >= query.layout.count - 2:
        raise call.refuse("it attends over the batch")
    dims = (*query.layout.dims[:-1], value.layout.dims[-1])
    source = call.emit("scaled_dot_product_attention", arguments, values)
    yield _of(call, source, query, layout=query.layout._replace(dims=dims))


def _expand(call: Call) -> Iterable[Value]:
    given = bound("input *sizes", call.step)
    value = call.value(given["input"])
    out = call.step.outputs[0] if call.step.outputs else None
    if out is None:
        return [value]
    layout = value.layout
    if layout.batch < 0 and out.batch == 0:
        if layout.count == len(out.shape) and layout.dims[0] != (1,):
            raise call.refuse("it makes the batch from something else")
        grown = [*layout.dims]
        while len(grown) < len(out.shape):
            grown.insert(0, (1,))
            value = value._replace(source=call.emit("unsqueeze", {"dim": 0}, [value]))
        sizes = [dim[0] for dim in grown[1:]]
        if sizes != [*out.shape[1:]]:
            wanted = {"sizes": [1, *out.shape[1:]]}
            value = value._replace(source=call.emit("expand", wanted, [value]))
        dims = ((), *((size,) for size in out.shape[1:]))
        return [value._replace(layout=Layout(dims, 0), alone=True)]
    if layout.batch != out.batch or not layout.plain:
        raise call.refuse("it expands over the batch")
    wanted = [*out.shape[1:]] if layout.batch == 0 else [*out.shape]
    dims = tuple(() if at == out.batch else (s,) for at, s in enumerate(out.shape))
    source = call.emit("expand", {"sizes": wanted}, [value])
    return [value._replace(source=source, layout=Layout(dims, out.batch))]


def _repeat(call: Call) -> Iterable[Value]:
    given = bound("input *repeats", call.step)
    value = call.value(given["input"])
    repeats = [*given["repeats"]]
    out = call.step.outputs[0]
    if repeats and isinstance(repeats[0], Batch) and all(each == 1 for each in repeats[1:]):
        return _expand(call)
    if not value.layout.plain or any(isinstance(each, Batch) for each in repeats):
        raise call.refuse("it repeats the batch")
    if value.layout.batch == 0:
        if repeats[0] != 1 or len(repeats) != value.layout.count:
            raise call.refuse("it repeats the batch")
        repeats = repeats[1:]
    dims = tuple(() if at == out.batch else (s,) for at, s in enumerate(out.shape))
    source = call.emit("repeat", {"repeats": repeats}, [value])
    return [value._replace(source=source, layout=Layout(dims, out.batch))]


def _repeat_interleave(call: Call) -> Iterable[Value]:
    given = bound("input repeats dim=None", call.step)
    value = call.value(given["input"])
    if given["dim"] is None or not is_number(given["repeats"]):
        raise call.refuse("it repeats the batch")
    dim = given["dim"]
    out = call.step.outputs[0]
    arguments = {"repeats": given["repeats"], "dim": value.layout.kept(dim)}
    layout = value.layout.resized(layout_checked(value.layout, dim), out.shape[dim])
    source = call.emit("repeat_interleave", arguments, [value])
    return [value._replace(source=source, layout=layout)]


def _moved(call: Call) -> Iterable[Value]:
    """`flip` and `roll`."""
    signature = "input *dims" if call.name == "flip" else "input shifts dims"
    given = bound(signature, call.step)
    value = call.value(given["input"])
    dims = listed(given["dims"])
    arguments: dict[str, Any] = {}
    if call.name == "roll":
        shifts = listed(given["shifts"])
        arguments["shifts"] = shifts if len(shifts) > 1 else shifts[0]
        if not any(shifts):
            return [value]
    arguments["dims"] = _dims(value.layout, dims, dims)
    _need_numbers(call, arguments)
    return [value._replace(source=call.emit(call.name, arguments, [value]))]


def _triangle(call: Call) -> Iterable[Value]:
    given = bound("input diagonal=0", call.step)
    value = call.value(given["input"])
    if value.layout.batch >= value.layout.count - 2:
        raise call.refuse("it works on the batch")
    arguments = {"diagonal": given["diagonal"]} if given["diagonal"] else {}
    return [value._replace(source=call.emit(call.name, arguments, [value]))]


def _select(call: Call) -> Iterable[Value]:
    given = bound("input dim index", call.step)
    return [selected(call, call.value(given["input"]), given["dim"], given["index"])]


def selected(call: Call, value: Value, dim: int, index: int) -> Value:
    """Emit the selection of one index."""
    arguments = {"dim": value.layout.kept(layout_checked(value.layout, dim)), "index": index}
    layout = value.layout.without(dim)
    return value._replace(source=call.emit("select", arguments, [value]), layout=layout)


def _assign(call: Call) -> Iterable[Value]:
    """`x[…] = y`: the parts before and behind the slice stay."""
    base, index, new = call.step.args[:3]
    if "values" in call.step.kwargs:
        return [_constant(call)]
    parts = [*index] if type(index) is tuple else [index]
    if any(not isinstance(each, Slice | Rest) for each in parts):
        raise call.refuse("it assigns to something else than slices")
    value = call.value(base)
    rest = [Slice(None, None, None)] * (value.layout.count - len(parts) + 1)
    at = next((i for i, each in enumerate(parts) if isinstance(each, Rest)), None)
    if at is not None:
        parts[at : at + 1] = rest
    return [_assigned(call, value, parts, 0, new)]


def _assigned(call: Call, value: Value, parts: list[Any], dim: int, new: Any) -> Value:
    """Return a value with another one in a slice of it."""
    while dim < len(parts) and _is_everything(parts[dim], value, dim):
        dim += 1
    if dim == len(parts):
        if isinstance(new, Ref | State):
            return call.value(new)
        source = call.emit("full_like", {"fill_value": new}, [value])
        return value._replace(source=source)
    size = value.layout.dims[dim][0]
    begin, end, step = slice(*parts[dim]).indices(size)
    if step != 1:
        raise call.refuse("it assigns to every other value")
    inner = sliced(call, value, dim, Slice(begin, end, None))
    pieces = [_assigned(call, inner, parts, dim + 1, new)]
    if begin > 0:
        pieces.insert(0, sliced(call, value, dim, Slice(0, begin, None)))
    if end < size:
        pieces.append(sliced(call, value, dim, Slice(end, None, None)))
    source = call.emit("cat", {"dim": value.layout.kept(dim)}, pieces)
    return value._replace(source=source)


def _is_everything(part: Slice, value: Value, dim: int) -> bool:
    if dim == value.layout.batch:
        return part.start in (None, 0) and part.stop in (None, Batch(1))
    return slice(*part).indices(value.layout.dims[dim][0]) == (0, value.layout.dims[dim][0], 1)


def _constant(call: Call) -> Value:
    """Emit a buffer with numbers that depend on nothing."""
    out = call.step.outputs[0]
    arguments = {
        "values": call.step.kwargs["values"],
        "shape": [*out.shape],
        "persistent": False,
    }
    source = call.emit("buffer", arguments, [])
    return Value(source, Layout(tuple((size,) for size in out.shape), -1), out.dtype)


def _narrow(call: Call) -> Iterable[Value]:
    given = bound("input dim start length", call.step)
    value = call.value(given["input"])
    start, length = given["start"], given["length"]
    return [sliced(call, value, given["dim"], Slice(start, start + length, None))]


def sliced(call: Call, value: Value, dim: int, part: Slice) -> Value:
    """Emit a slice, unless it takes everything."""
    size = value.layout.dims[dim % value.layout.count]
    if dim % value.layout.count == value.layout.batch:
        whole_batch = part.stop is None or part.stop == Batch(1)
        if part.start in (None, 0) and part.step in (None, 1) and whole_batch:
            return value
        raise call.refuse("it slices the batch")
    for each in part:
        if not (each is None or whole(each) is not None):
            raise call.refuse("its bounds depend on the batch")
    begin, end, step = slice(*part).indices(size[0])
    if step < 0:
        raise call.refuse("its step is negative")
    if (begin, step) == (0, 1) and end >= size[0]:
        return value
    arguments: dict[str, Any] = {"dim": value.layout.kept(layout_checked(value.layout, dim))}
    if part.start:
        arguments["start"] = part.start
    if part.stop is not None and end < size[0]:
        arguments["end"] = part.stop
    if step != 1:
        arguments["step"] = step
    layout = value.layout.resized(dim, len(range(begin, end, step)))
    return value._replace(source=call.emit("slice", arguments, [value]), layout=layout)


def _index(call: Call) -> Iterable[Value]:
    """`x[…]`, one entry for each part of the index that does something."""
    value = call.value(call.step.args[0])
    index = call.step.args[1]
    parts = [*index] if type(index) is tuple else [index]
    given = sum(1 for each in parts if each is not None and not isinstance(each, Rest))
    rest = value.layout.count - given
    at = next((i for i, each in enumerate(parts) if isinstance(each, Rest)), None)
    whole_slices = [Slice(None, None, None)] * rest
    if at is None:
        parts = [*parts, *whole_slices]
    else:
        parts = [*parts[:at], *whole_slices, *parts[at + 1 :]]
    dim = 0
    for part in parts:
        if part is None:
            value = unsqueezed(call, value, dim)
            dim += 1
        elif isinstance(part, Slice):
            value = sliced(call, value, dim, part)
            dim += 1
        elif whole(part) is not None:
            value = selected(call, value, dim, part)
        elif isinstance(part, Ref | State):
            value = _gathered(call, value, dim, part)
            dim += 1
        else:
            raise call.refuse("its index is neither numbers nor slices")
    return [value]


def _gathered(call: Call, value: Value, dim: int, part: Any) -> Value:
    """Emit the selection of several indices, which a tensor holds."""
    chosen = call.value(part)
    flat = chosen.layout
    if chosen.dtype != "int64" or flat.batch >= 0:
        raise call.refuse("its index is a tensor of the batch")
    shape = flat.shape
    if len(shape) != 1:
        count = prod(shape)
        chosen = reshaped(call, chosen, (count,), -1)
    arguments = {"dim": value.layout.kept(layout_checked(value.layout, dim))}
    source = call.emit("index_select", arguments, [value, chosen])
    value = value._replace(source=source, layout=value.layout.resized(dim, prod(shape)))
    if len(shape) == 1:
        return value
    author = [prod(each) for each in value.layout.dims]
    at = dim % value.layout.count
    new = (*author[:at], *shape, *author[at + 1 :])
    batch = value.layout.batch
    if batch >= 0:
        new = tuple(1 if i == batch else size for i, size in enumerate(new))
    return reshaped(call, value, new, batch)


def _gather(call: Call) -> Iterable[Value]:
    given = bound("input dim index", call.step)
    values = [call.value(given["input"]), call.value(given["index"])]
    value = values[0]
    if call.name == "index_select":
        found = _gathered(call, value, given["dim"], given["index"])
        return [found]
    arguments = {"dim": value.layout.kept(layout_checked(value.layout, given["dim"]))}
    source = call.emit("gather", arguments, values)
    return [_of(call, source, values[1])]


def _cast(call: Call) -> Iterable[Value]:
    """`float`, `long`, `bool`, and `to`."""
    value = call.value(call.step.args[0])
    if not call.step.outputs:
        return [value]
    dtype = _dtype(call)
    whole_numbers = {"int64", "int32", "int16"}
    if dtype == value.dtype or {dtype, value.dtype} <= whole_numbers:
        return [value._replace(dtype=dtype)]
    dtype = "int64" if dtype in whole_numbers else dtype
    name = {"float32": "float", "int64": "long", "bool": "bool"}.get(dtype)
    if name is None:
        raise call.refuse(f"it converts to {dtype}")
    return [_of(call, call.emit(name, {}, [value]), value)]


def _einsum(call: Call) -> Iterable[Value]:
    equation, *operands = call.step.args
    if len(operands) == 1 and type(operands[0]) in (list, tuple):
        operands = [*operands[0]]
    values = [call.value(each) for each in operands]
    if not all(each.layout.plain for each in values):
        raise call.refuse("the batch is not the first dimension")
    out = call.step.outputs[0]
    source = call.emit("einsum", {"equation": equation}, values)
    dims = tuple(() if at == out.batch else (s,) for at, s in enumerate(out.shape))
    like = next((each for each in values if each.layout.batch >= 0), values[0])
    return [_of(call, source, like, layout=Layout(dims, out.batch))]


def _where(call: Call) -> Iterable[Value]:
    given = bound("condition input other", call.step)
    if call.step.function.startswith("torch.Tensor."):
        given = bound("input condition other", call.step)
    names = [name for name in ("condition", "input", "other") if call_is(given[name])]
    numbers = {n: given[n] for n in ("input", "other") if n not in names}
    values = _aligned(call, [call.value(given[name]) for name in names])
    _need_numbers(call, numbers)
    like = _widest(values)
    return [_of(call, call.emit("where", numbers, values), like)]


def call_is(value: Any) -> bool:
    """Return whether an argument is a tensor."""
    return isinstance(value, Ref | State)


def _masked_fill(call: Call) -> Iterable[Value]:
    given = bound("input mask value", call.step)
    values = _aligned(call, [call.value(given["input"]), call.value(given["mask"])])
    if not is_number(given["value"]):
        raise call.refuse("`value` must be a number that is known")
    source = call.emit("masked_fill", {"value": given["value"]}, values)
    return [_of(call, source, _widest(values))]


def _new(call: Call) -> Iterable[Value]:
    """Functions that take nothing, and make a tensor without a batch."""
    signatures = {
        "arange": "start end step",
        "linspace": "start end steps",
        "full": "size fill_value",
        "eye": "n m",
    }
    given = bound(signatures.get(call.name, "*size"), call.step)
    if call.name == "arange":
        numbers = [given[name] for name in ("start", "end", "step")]
        if numbers[1] is None:
            numbers = [0, numbers[0], 1]
        start, end, step = (numbers[0] or 0, numbers[1], numbers[2] or 1)
        given = {"end": end}
        given |= {"start": start} if start else {}
        given |= {"step": step} if step != 1 else {}
    out = call.step.outputs[0]
    arguments = {
        name: [*value] if type(value) is tuple else value
        for name, value in given.items()
        if name in FUNCTIONS[call.name].model_fields and value is not None and name != "dtype"
    }
    usual = "int64" if call.name == "arange" else "float32"
    if call.name == "arange" and any(isinstance(v, float) for v in arguments.values()):
        usual = "float32"
    if out.dtype != usual:
        if out.dtype not in ("float32", "int64", "bool"):
            raise call.refuse(f"it makes {out.dtype}")
        arguments["dtype"] = out.dtype
    size = listed(arguments.get("size", []))
    if size and isinstance(size[0], Batch) and size[0].times == 1:
        arguments["size"] = [1, *size[1:]]
        _need_numbers(call, arguments)
        source = call.emit(call.name, arguments, [])
        dims = ((), *((each,) for each in out.shape[1:]))
        return [Value(source, Layout(dims, 0), out.dtype, alone=True)]
    _need_numbers(call, arguments)
    source = call.emit(call.name, arguments, [])
    return [Value(source, Layout(tuple((each,) for each in out.shape), -1), out.dtype)]


def _new_like(call: Call) -> Iterable[Value]:
    """`x.new_zeros(…)`: the values of `zeros`."""
    name = call.name.removeprefix("new_")
    if name not in FUNCTIONS:
        raise call.refuse("it makes a tensor without values")
    step = call.step._replace(args=call.step.args[1:])
    return _new(call._replace(name=name, step=step))


def _interpolate(call: Call) -> Iterable[Value]:
    signature = "input size=None scale_factor=None mode=nearest align_corners=None"
    given = bound(signature, call.step)
    value = call.value(given["input"])
    if not value.layout.plain:
        raise call.refuse("the batch is not its first dimension")
    names = ("size", "scale_factor", "mode", "align_corners")
    arguments = {
        name: [*given[name]] if type(given[name]) is tuple else given[name]
        for name in names
        if given[name] is not None
    }
    if arguments.get("mode") == "nearest":
        del arguments["mode"]
    if given.get("antialias"):
        raise call.refuse("it has `antialias`")
    if not call.step.outputs:
        return [value]
    out = call.step.outputs[0]
    dims = tuple(() if at == 0 else (s,) for at, s in enumerate(out.shape))
    source = call.emit("interpolate", arguments, [value])
    return [_of(call, source, value, layout=Layout(dims, 0))]


def _pad(call: Call) -> Iterable[Value]:
    given = bound("input pad mode=constant value=None", call.step)
    value = call.value(given["input"])
    pad = [*given["pad"]]
    if not any(pad):
        return [value]
    count = value.layout.count
    layout = value.layout
    out = call.step.outputs[0]
    for number in range(len(pad) // 2):
        layout = layout.resized(layout_checked(layout, count - 1 - number), out.shape[-1 - number])
    arguments: dict[str, Any] = {"pad": pad}
    if given["mode"] != "constant":
        arguments["mode"] = given["mode"]
    if given["value"]:
        arguments["value"] = given["value"]
    _need_numbers(call, arguments)
    return [_of(call, call.emit("pad", arguments, [value]), value, layout=layout)]


def _joined(call: Call) -> Iterable[Value]:
    given = bound("input num_classes=-1", call.step)
    value = call.value(given["input"])
    if given["num_classes"] == -1:
        raise call.refuse("it counts the classes in the batch")
    source = call.emit("one_hot", {"num_classes": given["num_classes"]}, [value])
    layout = value.layout.with_dim(-1, given["num_classes"])
    return [_of(call, source, value, layout=layout)]


def _pair(call: Call) -> Iterable[Value]:
    given = bound("input other dim=1 eps=", call.step)
    values = [call.value(given[each]) for each in ("input", "other")]
    dim = given["dim"]
    arguments = {"dim": values[0].layout.kept(dim)} if dim != 1 else {}
    layout = values[0].layout.without(dim)
    source = call.emit("cosine_similarity", arguments, values)
    return [_of(call, source, values[0], layout=layout)]


def _outer(call: Call) -> Iterable[Value]:
    given = bound("input vec2", call.step)
    values = [call.value(given[each]) for each in ("input", "vec2")]
    dims = (*values[0].layout.dims, *values[1].layout.dims)
    source = call.emit("outer", {}, values)
    return [_of(call, source, values[0], layout=Layout(dims, -1))]


_HANDLERS: dict[str, Callable[[Call], Iterable[Value]]] = {
    **dict.fromkeys(("rsub", "rdiv", "rpow"), _reverse),
    **dict.fromkeys(("view", "reshape", "view_as", "reshape_as"), _reshape),
    "flatten": _flatten,
    "unflatten": _unflatten,
    "permute": _permute,
    "transpose": _transpose,
    **dict.fromkeys(("T", "mT", "H", "mH", "t"), _turned),
    "movedim": _movedim,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "cat": _cat,
    "stack": _stack,
    **dict.fromkeys(("chunk", "split", "unbind"), _split),
    **dict.fromkeys(("topk", "sort", "max", "min"), _ordering),
    **dict.fromkeys(("matmul", "bmm"), _matmul),
    "scaled_dot_product_attention": _attention,
    **dict.fromkeys(("expand", "expand_as"), _expand),
    "repeat": _repeat,
    "repeat_interleave": _repeat_interleave,
    **dict.fromkeys(("flip", "roll"), _moved),
    **dict.fromkeys(("tril", "triu"), _triangle),
    "select": _select,
    **dict.fromkeys(("__setitem__", "assign"), _assign),
    "narrow": _narrow,
    "__getitem__": _index,
    **dict.fromkeys(("gather", "index_select"), _gather),
    **dict.fromkeys(("float", "long", "bool", "to", "double", "half"), _cast),
    "einsum": _einsum,
    "where": _where,
    "masked_fill": _masked_fill,
    **dict.fromkeys(_FAMILIES["new_tensors"], _new),
    **dict.fromkeys(("new_zeros", "new_ones", "new_full", "new_empty"), _new_like),
    **dict.fromkeys(("interpolate", "upsample"), _interpolate),
    "pad": _pad,
    "one_hot": _joined,
    "cosine_similarity": _pair,
    "outer": _outer,
    **dict.fromkeys(("data", "real", "detach"), _same),
}

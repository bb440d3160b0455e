"""Builds a layer of the catalogue and the same layer of torch, and compares them."""

from __future__ import annotations

import warnings
from contextlib import ExitStack, nullcontext
from math import prod
from typing import TYPE_CHECKING, Any

import torch
from pydantic import ValidationError
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: F401 - used by eval
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.flop_counter import FlopCounterMode

from mlpgen.diagnostics.explanations.every import EXPLANATIONS
from mlpgen.layers import LAYERS
from mlpgen.layers.base import ShapeError, Value
from mlpgen.styles.code import call, flat, keyword, literal

if TYPE_CHECKING:
    from mlpgen.layers.base import Call, Function, Layer, Returned, Values

BATCH = 2
Parts = dict[str, Tensor]


def example_of(cls: type[Layer]) -> Values:
    """Return the inputs of a layer's example."""
    return cls.example_inputs or (Value(cls.example_input),)


def ours(
    name: str, arguments: dict[str, Any], values: Values
) -> tuple[Layer, dict[str, Value]]:
    """Validate a layer and give it its inputs."""
    layer = LAYERS[name].model_validate(arguments)
    layer.check_number(len(values))
    layer.check_inputs(values)
    inferred = layer.inferred_from(values)
    for key, value in inferred.items():
        given = getattr(layer, key)
        if given is not None and given != value:
            raise ShapeError("MG301", f"{key}: {given} is not {value}")
    layer = layer.model_copy(update=inferred)
    results = layer.results(values)
    if any(size < 1 for value in results.values() for size in value.shape):
        raise ShapeError("MG303", "nothing is left")
    return layer, results


def theirs(layer: Layer) -> nn.Module:
    """Make torch's module with the arguments of the generated code."""
    cls = getattr(nn, type(layer).__name__)
    arguments = layer.arguments()
    inner = {name: theirs(each) for name, each in layer.nested().items()}
    first = [each for name, each in inner.items() if not name]
    others = {name: each for name, each in inner.items() if name}
    fields = type(layer).model_fields
    required = {key for key in arguments if key in fields and layer.required(key)}
    placed = [value for key, value in arguments.items() if key in required]
    others |= {key: value for key, value in arguments.items() if key not in required}
    module: nn.Module = cls(*first, *placed, **others)
    return module


def tensors(
    layer: Layer, values: Values, results: dict[str, Value], batch: int = BATCH
) -> list[Tensor]:
    """Make inputs; whole numbers are valid indices."""
    torch.default_generator.manual_seed(2)
    limit: int = getattr(layer, "num_embeddings", 0)
    if "MaxUnpool" in layer.title() and results:
        limit = prod(results[""].shape[1:])
    found = [_tensor(value, batch, limit or 9) for value in values]
    if getattr(layer, "lengths", False) and found[-1].dtype == torch.int64:
        found[-1].fill_(values[0].shape[0])  # without padding, which is not counted
    return found


def _tensor(value: Value, batch: int, limit: int) -> Tensor:
    """Make an input; of whole numbers below a limit, of a mask the last one is true."""
    shape = (batch, *value.shape) if value.batched else value.shape
    if value.dtype == "float32":
        return torch.randn(shape)
    if value.dtype == "bool":
        return (torch.arange(prod(shape)) % (shape[-1] or 1) > 1).reshape(shape)
    return (torch.arange(prod(shape)) % limit).reshape(shape)


def run(
    layer: Layer,
    module: nn.Module,
    values: Values,
    inputs: list[Tensor],
    counter: FlopCounterMode | None = None,
) -> Parts:
    """Call a module as the layer does; return its parts by name."""
    torch.default_generator.manual_seed(3)
    with warnings.catch_warnings(), counter or nullcontext():
        warnings.simplefilter("ignore")
        found = _called(layer, module, values, inputs)
    parts = _unpacked(layer.returned(), found)
    how = layer.called(values)
    scope: dict[str, Any] = {"torch": torch}
    if how.packs is not None:
        length = inputs[0].shape[1]
        parts["output"], scope["lengths"] = pad_packed_sequence(
            parts["output"], True, total_length=length
        )
    picked = {
        name: eval(code.format("x", lengths="lengths"), {"x": parts[part], **scope})
        for name, (part, code) in layer.picks(values).items()
    }
    return parts | picked


def _called(
    layer: Layer, module: nn.Module, values: Values, inputs: list[Tensor]
) -> Any:
    """Call a module as the layer does."""
    how = layer.called(values)
    given: list[Any] = [_formed(how, *each) for each in enumerate(inputs)]
    if how.packs is not None:
        lengths = given[how.packs].cpu()
        given[0] = pack_padded_sequence(given[0], lengths, True, enforce_sorted=False)
    placed = [given[index] for index in how.order]
    named = {name: given[index] for name, index in how.named.items()}
    for mask, index in how.causal:
        later = torch.ones(given[index].shape[1], given[index].shape[1])
        named[mask] = later.triu(1).bool()
    states: Any = [given[index] for index in how.states]
    states = [tuple(states)] if len(states) > 1 else states
    return module(*placed, *states, **named, **how.keywords)


def _formed(how: Call, index: int, tensor: Tensor) -> Tensor:
    """Bring an input into the form in which it is passed."""
    code = how.forms.get(index, "{}").format("x")
    found: Tensor = eval(code, {"x": tensor.clone(), "torch": torch})
    return found


def _unpacked(returned: Returned, found: Any) -> Parts:
    if isinstance(returned, str):
        return {returned: found}
    return {
        name: part
        for names, each in zip(returned, found, strict=True)
        for name, part in _unpacked(names, each).items()
    }


def called(function: Function, inputs: list[Tensor], *, training: bool) -> Tensor:
    """Evaluate the call that the explicit style writes."""
    arguments = [
        *(literal(each) for each in function.positional),
        *(keyword(key, literal(value)) for key, value in function.keywords.items()),
    ]
    if function.training:
        arguments.append(f"training={training}")
    names = {f"x{index}": each.clone() for index, each in enumerate(inputs)}
    if function.is_method:
        code = flat(call("x0" + function.name, *arguments))
    else:
        code = flat(call(function.name, *names, *arguments))
    torch.default_generator.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result: Tensor = eval(code, globals(), names)
    return result


def equal(left: Tensor, right: Tensor) -> bool:
    return torch.equal(left.nan_to_num(7), right.nan_to_num(7))


UNCOUNTED = ["Bilinear"]
"""Layers whose matrix products torch's counter does not count."""


def compare(name: str, arguments: dict[str, Any], values: Values) -> bool:
    """Compare a layer with torch's.

    Returns:
        Whether both take the arguments and the shapes; they must agree on that.
    """
    shapes = [value.shape for value in values]
    context = f"{name} {arguments} {shapes}"
    try:
        layer, results = ours(name, arguments, values)
    except (ValidationError, ShapeError) as error:
        assert isinstance(error, ValidationError) or error.code in EXPLANATIONS
        refused = _torch_refuses(name, arguments, values)
        assert refused, f"{context}: only we refuse it: {error}"
        return False
    inputs = tensors(layer, values, results)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        module = theirs(layer)
        made = [str(each.message) for each in warned]
        _called(layer, module, values, inputs)
    texts = [str(each.message) for each in warned]
    texts = [text for text in texts if text in made or "is deprecated" in text]
    caution = layer.caution(values, 0)
    expected = caution is not None and caution.code == "MG311"
    assert expected == bool(texts), f"{context}: {texts}"
    for training in (True, False):
        module.train(training)
        parts = run(layer, module, values, inputs)
        for part, value in results.items():
            assert tuple(parts[part].shape) == (BATCH, *value.shape), (
                f"{context} {part}"
            )
            assert str(parts[part].dtype) == f"torch.{value.dtype}", f"{context} {part}"
        function = layer.function()
        if function is not None:
            assert not list(module.state_dict()), f"{context} has a state"
            actual = called(function, inputs, training=training)
            assert equal(actual, parts[""]), f"{context}: {function} differs"
    named = [(key, tuple(each.shape)) for key, each in module.named_parameters()]
    assert list(layer.weights().items()) == named, context
    buffers = [(key, tuple(x.shape), x.dtype) for key, x in module.named_buffers()]
    said = [(key, x.shape, x.dtype) for key, x in layer.buffers().items()]
    assert [(*rest, f"torch.{dtype}") for *rest, dtype in said] == [
        (*rest, str(dtype)) for *rest, dtype in buffers
    ], context
    counted = sum(parameter.numel() for parameter in module.parameters())
    assert layer.parameters() == counted, context
    if name not in UNCOUNTED:
        work = layer.work(values, results)
        for batch in (BATCH, BATCH + 1) if "Norm" in name else (1, BATCH + 1):
            inputs = tensors(layer, values, results, batch)
            assert work * 2 * batch == _flops(layer, module, values, inputs), context
    return True


def _flops(
    layer: Layer, module: nn.Module, values: Values, inputs: list[Tensor]
) -> int:
    """Count as torch does, without kernels that hide products."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # the flags of oneDNN are about TF32 too
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
        counter = FlopCounterMode(display=False)
        run(layer, module.eval(), values, inputs, counter)
    return int(counter.get_total_flops())


MISREAD = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "Softmax2d",
    "PixelShuffle",
    "PixelUnshuffle",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "Fold",
    "Unfold",
    "RNN",
    "LSTM",
    "GRU",
    "RNNCell",
    "LSTMCell",
    "GRUCell",
    "MultiheadAttention",
    "TransformerEncoderLayer",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerDecoder",
    "Transformer",
]
"""torch takes the batch for channels where a dimension is missing, without a word."""


def _torch_refuses(name: str, arguments: dict[str, Any], values: Values) -> bool:
    cls = LAYERS[name]
    if name in MISREAD and any(
        len(value.shape) != len(example.shape)
        for value, example in zip(values, example_of(cls), strict=False)
    ):
        return True
    if _undefined(name, arguments, values):
        return True
    inferred: dict[str, Any] = {}
    try:
        layer = cls.model_validate({})
        inferred = layer.inferred_from(values)
    except (ValidationError, ShapeError):
        inferred = _guessed(cls, values)
    fields = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in {**inferred, **arguments}.items()
    }
    try:
        layer = cls.model_construct(None, **fields)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = theirs(layer)
        inputs = tensors(layer, values, {})
        run(layer, module.train(), values, inputs)
        parts = run(layer, module.eval(), values, inputs)
    except (
        ValueError,
        RuntimeError,
        TypeError,
        AssertionError,
        NotImplementedError,
        IndexError,
        ZeroDivisionError,
        OverflowError,
        AttributeError,
    ):
        return True
    found = [part for part in parts.values() if part is not None]
    return any(part.numel() == 0 or bool((part == -torch.inf).any()) for part in found)


def _undefined(name: str, arguments: dict[str, Any], values: Values) -> bool:
    """Tell whether torch accepts a call that has no meaning, or another meaning."""
    shape = values[0].shape
    if arguments.get("batch_first") is False:
        return True
    if arguments.get("lengths") and len(values) > len(("sequence", "lengths")):
        return True  # torch does not check the states of packed sequences
    causal = getattr(LAYERS[name], "causal", {})
    if any(arguments.get(flag) and arguments.get(causal[flag]) for flag in causal):
        return True  # two masks in one place
    if name in ("Softmax", "Softmin", "LogSoftmax") and "dim" not in arguments:
        return True
    padding = arguments.get("padding", 0)
    if (
        name.startswith("Circular")
        and min(padding if isinstance(padding, list) else [padding]) < 0
    ):
        return True  # torch leaves values undefined
    dims = [arguments.get(key) for key in ("dim", "start_dim", "end_dim")]
    count = max(len(value.shape) for value in values) + 1
    if any(dim == 0 or (dim is not None and dim == -count) for dim in dims):
        return True
    return (name in BROADCAST and len({len(value.shape) for value in values}) > 1) or (
        name in ("PairwiseDistance", "GLU") and not shape
    )


BROADCAST = ["CosineSimilarity", "PairwiseDistance"]
"""They take the batch of one for another dimension of the other."""


def _guessed(cls: type[Layer], values: Values) -> dict[str, Any]:
    first, last = values[0].shape, values[-1].shape
    guesses = {
        "in_channels": first[:1],
        "num_features": first[:1],
        "num_channels": first[:1],
        "in_features": first[-1:],
        "input_size": first[-1:],
        "embed_dim": first[-1:],
        "d_model": first[-1:],
        "in1_features": first[-1:],
        "in2_features": last[-1:],
    }
    return {
        key: guess[0]
        for key, guess in guesses.items()
        if key in cls.model_fields and guess
    }

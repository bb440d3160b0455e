"""Pydantic models of a spec's `training:` section."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from mlpgen.catalogue.component import STRICT, Expects, Positive
from mlpgen.training.metrics import METRICS

if TYPE_CHECKING:
    MetricName = str
else:
    MetricName = Literal[tuple(METRICS)]

Scale = (
    Literal["auto"]
    | Annotated[list[float | list[float]], Field(min_length=2, max_length=2)]
)
"""Mean and standard deviation, for all channels or for each."""
Ignore = Annotated[
    Any,
    Field(
        description="Codes of warnings and hints that are not shown for what is here."
    ),
]
"""It is taken out of the file before these models see it."""
NO_CLOSURE = ("accumulate", "clip_grad_norm", "clip_grad_value")
"""Keys for what happens between backward and step, which a closure cannot do."""


class _Model(BaseModel):
    model_config = STRICT


class Training(_Model):
    """How to train the network."""

    data: Annotated[
        Any, Field(description="The data set to train on, or your own data.")
    ]
    validation: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | None,
        Field(
            description="Fraction of the training data held out to choose the best "
            "epoch. The test data is then used only once, at the end."
        ),
        Expects("a number above 0 and below 1"),
    ] = None
    subset: Annotated[
        Positive | None,
        Field(description="Train on this many examples, chosen by the seed."),
        Expects("a whole number of at least 1"),
    ] = None
    normalize: Annotated[
        Scale | dict[str, Scale] | None,
        Field(
            description="Mean and standard deviation to normalize images with, for all "
            "channels or for each. `auto` computes them from the training data. Of a "
            "model with several inputs, those of float32; or a mapping of inputs to "
            "theirs."
        ),
        Expects("`auto` or a list of a mean and a standard deviation"),
    ] = None
    fit: Annotated[
        Literal["resize", "crop", "pad"] | None,
        Field(
            description="How images of another size become the input's: `resize` "
            "stretches, `crop` cuts off what does not fit, `pad` adds a black margin."
        ),
        Expects("`resize`, `crop` or `pad`"),
    ] = None
    loss: Annotated[
        Any,
        Field(
            description="A loss of torch.nn, on the model's first output; or a list of "
            "losses, each with its output (`on`) and its `weight`."
        ),
    ]
    metrics: Annotated[
        list[MetricName | dict[str, Any]],
        Field(description="Metrics to report besides the loss. Default: accuracy."),
        Expects(f"a list of {', '.join(METRICS)} or `custom` functions"),
    ] = []
    best: Annotated[
        Annotated[str, Field(min_length=1)]
        | Annotated[dict[str, Literal["max", "min"]], Field(min_length=1, max_length=1)]
        | None,
        Field(
            description="What chooses the best epoch, also for `early_stopping` and "
            "`target`: `loss` or one of `metrics`; of a metric of your own with the "
            "value that is best, `{psnr: max}`. Default: `accuracy` where each example "
            "or place is of one class (`CrossEntropyLoss`, `NLLLoss`); of one logit, "
            "and of texts that are continued, `loss`, as of numbers."
        ),
        Expects(
            "`loss` or a metric; of your own metric `{name: max}` or `{name: min}`"
        ),
    ] = None
    evaluate_train: Annotated[
        bool,
        Field(
            description="Also evaluate on the training data after each epoch, which "
            "takes up to a quarter of the time."
        ),
    ] = True
    optimizer: Annotated[
        Any,
        Field(
            description="An optimizer of torch.optim. Beside it, `no_decay` lists "
            "parameters without weight decay, and `groups` those with arguments or an "
            "optimizer of their own."
        ),
    ]
    weights: Annotated[
        Annotated[str, Field(min_length=1)] | dict[str, Any] | None,
        Field(
            description="A run or a file of weights to start from; with `except`, "
            "without some of them: `{path: resnet18.pth, except: [fc]}`."
        ),
        Expects("the path of a run or of a file of weights"),
    ] = None
    freeze: Annotated[
        list[str],
        Field(
            description="Patterns of names of parameters, or of layers, that are not "
            "trained: `features.*`."
        ),
        Expects("a list of patterns of names"),
    ] = []
    scheduler: Annotated[
        Any,
        Field(
            description="A scheduler of torch.optim.lr_scheduler. Beside it, `warmup` "
            "(in epochs) and `per` (`epoch` or `step`)."
        ),
    ] = None
    augment: Annotated[
        list[Any],
        Field(description="Random augmentations of each batch of images."),
        Expects("a list of augmentations"),
    ] = []
    epochs: Annotated[Positive, Field(description="Passes over the training data.")] = (
        10
    )
    batch_size: Annotated[Positive, Field(description="Examples per batch.")] = 64
    accumulate: Annotated[
        Positive, Field(description="Batches to accumulate gradients over for a step.")
    ] = 1
    clip_grad_norm: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(description="Clip the total norm of all gradients to this value."),
        Expects("a number above 0"),
    ] = None
    clip_grad_value: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(description="Clip each gradient to this absolute value."),
        Expects("a number above 0"),
    ] = None
    ema: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | None,
        Field(
            description="Decay of an exponential moving average of the weights, such "
            "as 0.999; it ramps up. The average is what is evaluated and saved."
        ),
        Expects("a number above 0 and below 1"),
    ] = None
    precision: Annotated[
        Literal["fp32", "bf16", "fp16", "tf32"],
        Field(description="Precision of the forward pass (torch.amp, or TF32 matmul)."),
    ] = "fp32"
    compile: Annotated[
        bool, Field(description="Compile the model with torch.compile.")
    ] = False
    channels_last: Annotated[
        bool, Field(description="Store images in channels-last memory format.")
    ] = False
    deterministic: Annotated[
        bool, Field(description="Use only deterministic algorithms.")
    ] = False
    early_stopping: Annotated[
        Positive | None,
        Field(description="Stop after this many epochs without improvement."),
        Expects("a whole number of at least 1: epochs without improvement"),
    ] = None
    target: Annotated[
        Annotated[float, Field(allow_inf_nan=False)] | None,
        Field(
            description="Stop when what chooses the best epoch (`best`) reaches this, "
            "and report how long it took. It is above 0, but for what may be negative: "
            "`r2`, a metric or loss of your own, `PoissonNLLLoss`."
        ),
        Expects("a number"),
    ] = None
    seed: Annotated[
        int,
        Field(ge=0, le=2**63 - 1, description="Seed for initial values and shuffling."),
        Expects("a whole number of at least 0"),
    ] = 1
    ignore: Ignore = None


class StartKeys(_Model):
    """Which weights a training starts from."""

    path: Annotated[
        str,
        Field(
            min_length=1,
            description="A run, a checkpoint, a state_dict, `.safetensors`, or an "
            "index of shards.",
        ),
        Expects("the path of a run or of a file of weights"),
    ]
    without: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(
            alias="except",
            min_length=1,
            description="Patterns of names of weights, or of layers, that are not "
            "taken: `fc`. They keep their initial values.",
        ),
        Expects("a list of patterns of names"),
    ] = []


class OptimizerKeys(_Model):
    """Keys beside an optimizer."""

    no_decay: Annotated[
        list[Literal["bias", "norm"]],
        Field(min_length=1, description="Parameters without weight decay."),
        Expects("a list of `bias` and `norm`"),
    ] = []
    groups: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            description="Parameters that are trained differently; the first group that "
            "fits a parameter has it.",
        ),
        Expects("a list of groups: `{parameters: head.*, lr: 0.01}`"),
    ] = []
    ignore: Ignore = None


class GroupKeys(_Model):
    """Which parameters a group has."""

    parameters: Annotated[
        str | Annotated[list[str], Field(min_length=1)] | None,
        Field(description="Patterns of names of parameters, or of layers: `head.*`."),
        Expects("a pattern of names, or a list of them"),
    ] = None
    kind: Annotated[
        Literal["matrices", "bias", "norm", "embedding"] | None,
        Field(
            description="`bias`, `norm`, `embedding`, or `matrices`: all weights of "
            "two or more dimensions that are none of these."
        ),
        Expects("`matrices`, `bias`, `norm` or `embedding`"),
    ] = None
    ignore: Ignore = None


class SchedulerKeys(_Model):
    """Keys beside a scheduler."""

    warmup: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(description="Epochs in which the learning rate rises to its full value."),
        Expects("a number of epochs above 0"),
    ] = None
    per: Annotated[
        Literal["epoch", "step"],
        Field(description="When the scheduler steps. Its arguments count this unit."),
    ] = "epoch"
    ignore: Ignore = None


_On = Annotated[
    str | Annotated[list[str], Field(min_length=1)],
    Field(
        description="The output to apply it to, or several for a custom function. "
        "Default: the first."
    ),
    Expects("the name of an output, or a list of names"),
]


class MetricKeys(_Model):
    """Keys beside a custom metric."""

    on: _On = ""
    ignore: Ignore = None


class LossKeys(_Model):
    """Keys beside a loss."""

    on: _On = ""
    weight: Annotated[
        float,
        Field(gt=0, description="The weight of the loss in the sum of all losses."),
        Expects("a number above 0; weights of classes are arguments of the loss"),
    ] = 1.0
    ignore: Ignore = None

"""What `training:` of a spec may hold: pydantic models of that part of the file."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from mlpgen.catalogue.component import STRICT, Expects, Positive
from mlpgen.training.metrics import METRICS

if TYPE_CHECKING:
    MetricName = str
else:
    MetricName = Literal[tuple(METRICS)]

NO_CLOSURE = ("accumulate", "clip_grad_norm", "clip_grad_value")
"""What happens between backward and step, which has no place in a closure."""


class _Model(BaseModel):
    model_config = STRICT


class Training(_Model):
    """How the network is trained; without it only the model is rendered."""

    data: Annotated[
        Any, Field(description="The data set to train on, or data of your own.")
    ]
    validation: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | None,
        Field(
            description="The share of the training data that says which epoch is the "
            "best; the test data is looked at once, at the end."
        ),
        Expects("a number above 0 and below 1"),
    ] = None
    subset: Annotated[
        Positive | None,
        Field(description="Train on so many examples, chosen by the seed."),
        Expects("a whole number of at least 1"),
    ] = None
    normalize: Annotated[
        Literal["auto"]
        | Annotated[list[float | list[float]], Field(min_length=2, max_length=2)]
        | None,
        Field(
            description="Mean and standard deviation that images are brought from, of "
            "all channels or of each; `auto` takes those of the training data."
        ),
        Expects("`auto` or a list of a mean and a deviation"),
    ] = None
    loss: Annotated[
        Any,
        Field(
            description="A loss of torch.nn, on the first output of the model; or a "
            "list of them, each with the output it is `on` and its `weight`."
        ),
    ]
    metrics: Annotated[
        list[MetricName],
        Field(description="What is measured beside the loss; accuracy by default."),
        Expects(f"a list of {', '.join(METRICS)}"),
    ] = []
    evaluate_train: Annotated[
        bool,
        Field(
            description="Measure the training data too after each epoch, which takes "
            "up to a quarter of the time."
        ),
    ] = True
    optimizer: Annotated[
        Any,
        Field(
            description="An optimizer of torch.optim; beside it `no_decay` names "
            "parameters without weight decay."
        ),
    ]
    scheduler: Annotated[
        Any,
        Field(
            description="A scheduler of torch.optim.lr_scheduler; beside it `warmup`, "
            "in epochs, and `per`: epoch or step."
        ),
    ] = None
    augment: Annotated[
        list[Any],
        Field(description="How each batch of images is changed at random."),
        Expects("a list of augmentations"),
    ] = []
    epochs: Annotated[Positive, Field(description="Passes over the training data.")] = (
        10
    )
    batch_size: Annotated[Positive, Field(description="Examples in one step.")] = 64
    accumulate: Annotated[
        Positive, Field(description="Batches whose gradients make one step.")
    ] = 1
    clip_grad_norm: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(description="The largest norm of all gradients together."),
        Expects("a number above 0"),
    ] = None
    clip_grad_value: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(description="The largest absolute value of a gradient."),
        Expects("a number above 0"),
    ] = None
    ema: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | None,
        Field(
            description="Evaluate and keep a running mean of the weights: what it "
            "keeps of itself at each step, such as 0.999."
        ),
        Expects("a number above 0 and below 1"),
    ] = None
    precision: Annotated[
        Literal["fp32", "bf16", "fp16", "tf32"],
        Field(description="Of the forward pass: torch.amp, or tf32 products."),
    ] = "fp32"
    compile: Annotated[
        bool, Field(description="Compile the model with torch.compile.")
    ] = False
    channels_last: Annotated[
        bool, Field(description="Lay images out with channels last in memory.")
    ] = False
    deterministic: Annotated[
        bool, Field(description="Use only algorithms that give the same bits again.")
    ] = False
    early_stopping: Annotated[
        Positive | None,
        Field(description="Stop after so many epochs without a better one."),
        Expects("a whole number of at least 1: epochs without a better one"),
    ] = None
    target: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(
            description="Stop when the accuracy is reached, or without classes the "
            "loss, and say how long it took."
        ),
        Expects("a number above 0"),
    ] = None
    seed: Annotated[
        int,
        Field(ge=0, le=2**63 - 1, description="Seed of initial values and shuffling."),
        Expects("a whole number of at least 0"),
    ] = 1


class OptimizerKeys(_Model):
    """What may stand beside an optimizer."""

    no_decay: Annotated[
        list[Literal["bias", "norm"]],
        Field(min_length=1, description="Parameters without weight decay."),
        Expects("a list of `bias` and `norm`"),
    ] = []


class SchedulerKeys(_Model):
    """What may stand beside a scheduler."""

    warmup: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(description="Epochs in which the rate rises to that of the optimizer."),
        Expects("a number above 0: epochs"),
    ] = None
    per: Annotated[
        Literal["epoch", "step"],
        Field(description="What the scheduler counts, and its arguments with it."),
    ] = "epoch"


class LossKeys(_Model):
    """What may stand beside a loss."""

    on: Annotated[
        str, Field(description="The output that it is on; the first by default.")
    ] = ""
    weight: Annotated[
        float,
        Field(gt=0, description="Its weight in the sum of all losses."),
        Expects("a number above 0"),
    ] = 1.0

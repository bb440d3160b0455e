"""MG4: training."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, spec, trained

_WIDE = ("Flatten", 'Linear: "${SIZE}"', "Linear: 10")

TRAINING = {
    "MG401": Explanation(
        "A loss that does not fit the output",
        "The loss is applied to the first output, unless `on` names another.",
        trained("Flatten", "Linear: 32", "Linear: 784", loss="MSELoss"),
        trained(
            "Flatten",
            "Linear: 32",
            "Linear: 784",
            "Unflatten: {dim: 1, unflattened_size: [1, 28, 28]}",
            loss="MSELoss",
        ),
    ),
    "MG402": Explanation(
        "A loss on the wrong kind of values",
        "`CrossEntropyLoss` takes logits and applies a log-softmax itself; `NLLLoss` "
        "takes log-probabilities. `BCEWithLogitsLoss` applies a sigmoid itself; "
        "`BCELoss` takes probabilities. What counts is the range of the last values, "
        "not the name of the last layer: `softmax` and then `log`, or `tanh`, `add: 1` "
        "and `div: 2`, are as good. An output that is compared with the input must "
        "reach what `normalize` makes of it, which a sigmoid does not.",
        trained(*MLP, "Softmax: {dim: 1}"),
        trained(*MLP),
    ),
    "MG403": Explanation(
        "Data whose shape does not match the input",
        "The images of a data set have a fixed shape.",
        trained(*MLP, image="[3, 32, 32]"),
        trained(*MLP),
    ),
    "MG404": Explanation(
        "A wrong number of classes",
        "The last layer needs one output for each class of the data.",
        trained("Flatten", "Linear: 12"),
        trained(*MLP),
    ),
    "MG405": Explanation(
        "Nothing to train",
        "No layer has parameters.",
        trained("ReLU", loss="MSELoss"),
        trained("PReLU", loss="MSELoss"),
    ),
    "MG406": Explanation(
        "A training option that cannot be used here",
        "The message says what it needs.",
        trained(*MLP, optimizer="SparseAdam"),
        trained(*MLP, optimizer="Adam"),
    ),
    "MG407": Explanation(
        "A batch size that is too small",
        "In training, batch normalization needs several values per channel.",
        trained(
            "Flatten",
            "Linear: 10",
            "BatchNorm1d",
            "Linear: 10",
            rest="  batch_size: 1\n",
        ),
        trained(
            "Flatten",
            "Linear: 10",
            "BatchNorm1d",
            "Linear: 10",
            rest="  batch_size: 2\n",
        ),
    ),
    "MG408": Explanation(
        "A parameter whose command-line flag is taken",
        "The parameters of the model become flags of its scripts: `--hidden-1 "
        "256`. If the training already has that flag, such as `--lr`, or another "
        "parameter has it, the flag gets the prefix `--model-`.",
        trained(*_WIDE, rest="parameters: {seed: 2}\n").replace("SIZE", "seed"),
        trained(*_WIDE, rest="parameters: {wide: 2}\n").replace("SIZE", "wide"),
    ),
    "MG409": Explanation(
        "A pattern that fits no parameter",
        "`freeze` and `groups` name parameters by patterns: `*` stands for any "
        "characters, dots too. A pattern also fits the name of a layer, and then all "
        "parameters inside it. `mlpgen show` prints the names of the layers.",
        trained(*MLP, rest="  freeze: [linear_2]\n"),
        trained(*MLP[:1], "Linear: 16", *MLP[1:], rest="  freeze: [linear_1]\n"),
    ),
    "MG410": Explanation(
        "Losses that read one output differently",
        "`MSELoss` takes an output as the number itself, `PoissonNLLLoss` as its "
        "logarithm, `BCEWithLogitsLoss` as its logit: one output cannot be both.",
        trained(
            "Conv2d: {out_channels: 1, kernel_size: 1}",
            loss="[BCEWithLogitsLoss, MSELoss]",
        ),
        trained(
            "Conv2d: {out_channels: 1, kernel_size: 1}",
            "Sigmoid",
            loss="[BCELoss, MSELoss]",
        ),
    ),
    "MG411": Explanation(
        "A softmax over one value",
        "A softmax divides by the sum, so one value alone always becomes 1, without a "
        "gradient: nothing before it learns. For a single unit, the probability is a "
        "`Sigmoid` with `BCELoss`, or no activation with `BCEWithLogitsLoss`. This "
        "holds whatever the weights are.",
        spec("Linear: 1", "Softmax: {dim: 1}", image="[8]"),
        spec("Linear: 1", "Sigmoid", image="[8]"),
    ),
}

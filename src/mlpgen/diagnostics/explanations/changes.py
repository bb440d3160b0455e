"""MG7: what a change of a spec breaks."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation

CHANGES = {
    "MG701": Explanation(
        "A change that breaks code",
        "`mlpgen breaking`: code that uses the generated class relies on its name and "
        "module, the arguments of its constructor and their defaults, and on the "
        "names, number, order, shapes and dtypes of its inputs and outputs.",
    ),
    "MG702": Explanation(
        "A change that checkpoints do not fit",
        "`mlpgen breaking`: `load_state_dict(strict=True)` of the new model refuses "
        "the weights of the old one, since keys or shapes differ. `mlpgen migrate` "
        "makes a checkpoint that fits, and keeps what can be kept. A custom layer may "
        "have any tensors, which only its author knows.",
    ),
    "MG703": Explanation(
        "A change that may give other outputs",
        "`mlpgen breaking`: with the same weights and inputs, the new network may "
        "return other values, in evaluation or in training alone (dropout): another "
        "activation, argument, order or source. It is never missed where outputs "
        "differ; two networks that compute the same in another way may be named, too.",
    ),
}

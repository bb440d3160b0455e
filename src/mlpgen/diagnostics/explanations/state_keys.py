"""MG250 to MG253, and MG255: what layers are called in the `state_dict`."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation, spec

STATE_KEYS = {
    "MG250": Explanation(
        "Layers that cannot have numbers",
        "`numbered: true` on a `Sequential`, on a block or on the model makes an "
        "`nn.Sequential` without names. Its layers run one after the other: each "
        "is a module that takes the result of the one before it, and no other.",
        spec(
            "Flatten",
            "add:\n    from: [flatten_1, flatten_1]",
            rest="numbered: true\n",
        ),
        spec("Flatten", "add: 1", rest="numbered: true\n"),
    ),
    "MG251": Explanation(
        "Names of rounds that cannot be used",
        "`names` beside `repeat` is a pattern with at least one expression that uses "
        "`index` and nothing else, such as `block${index + 1}`. It gives each round "
        "another name, of letters, digits, `_` and `-`, which is no attribute of "
        "`nn.Module`. Rounds that are numbered have no names.",
        spec('Linear: 8\n    repeat: 3\n    names: "block"', image="[8]"),
        spec('Linear: 8\n    repeat: 3\n    names: "block${index}"', image="[8]"),
    ),
    "MG252": Explanation(
        "Layers that no list can hold",
        "`name: convs.0` makes a layer a member of an `nn.ModuleList`, "
        "`name: ways.left` one of an `nn.ModuleDict`. Members are layers with a "
        "module, of the model or of a block. The numbers of a list begin at 0 and have "
        "no gap; a dictionary has words only. A list is made at once, so nothing can "
        "change between its members, and each of them must exist.",
        spec("Linear: 8\n    name: steps.1", image="[8]"),
        spec("Linear: 8\n    name: steps.0", image="[8]"),
    ),
    "MG253": Explanation(
        "Orders in which layers cannot be made",
        "`order` beside `layers` names the layers of a class that `__init__` makes "
        "first, each once: layers with a module, tensors of the class, and lists by "
        "their own name. The others follow in the order in which they run. Where "
        "layers have numbers, these are their order, and a layer with a size that the "
        "rounds of another change is made after them.",
        spec("Linear: 8\n    name: up", "ReLU", rest="order: [down]\n", image="[8]"),
        spec("Linear: 8\n    name: up", "ReLU", rest="order: [up]\n", image="[8]"),
    ),
    "MG255": Explanation(
        "Layers that cannot be unused",
        "`unused: true` is a layer that `__init__` makes and `forward` never calls: "
        "its keys are in the `state_dict`, since a checkpoint has them. Nothing flows "
        "into it, so its sizes are given, and it has no key that says how a layer "
        "runs. It is a layer of torch.nn, a `Sequential` of such layers, a parameter "
        "or a buffer, or with `share` a second name for a module.",
        spec("BatchNorm1d:\n    unused: true", "Linear: 8", image="[8]"),
        spec(
            "BatchNorm1d: {num_features: 8}\n    unused: true",
            "Linear: 8",
            image="[8]",
        ),
    ),
}

"""MG2: what a spec says, and how its layers are connected."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation, block, spec

_DOUBLE = (
    "blocks:\n  Double:\n    layers:\n      - add:\n        from: [input, input]\n"
)

SPEC = {
    "MG201": Explanation(
        "An unknown key or argument",
        "Arguments have the same names as in torch.",
        spec("Flatten", "Linear: {out_feature: 10}"),
        spec("Flatten", "Linear: {out_features: 10}"),
    ),
    "MG202": Explanation(
        "A required key or argument is missing",
        "It has no default and cannot be inferred.",
        spec("Conv2d: {kernel_size: 3}"),
        spec("Conv2d: {out_channels: 8, kernel_size: 3}"),
    ),
    "MG203": Explanation(
        "A value of the wrong type",
        "mlpgen reads YAML 1.2, where `yes` and `no` are strings. Write `true` or "
        "`false`.",
        spec("Flatten", "Linear: {out_features: 10, bias: yes}"),
        spec("Flatten", "Linear: {out_features: 10, bias: true}"),
    ),
    "MG204": Explanation(
        "An invalid value",
        "The value is too small, too large, or not one of the options.",
        spec("Flatten", "Dropout: 1.5"),
        spec("Flatten", "Dropout: 0.5"),
    ),
    "MG205": Explanation(
        "An invalid name",
        "Names become attributes, classes, files and packages. A name cannot be a "
        "Python keyword or builtin, an attribute of `nn.Module`, or a module that "
        "the generated code imports.",
        spec("Flatten", "Linear: 10\n    name: forward"),
        spec("Flatten", "Linear: 10\n    name: logits"),
    ),
    "MG206": Explanation(
        "A duplicate name",
        "Two layers of the same model, block or `Sequential` cannot have the same "
        "name. A parameter that `forward` uses becomes an attribute of the class, "
        "so no layer can have its name.",
        spec("Flatten", "Linear: 64\n    name: fc", "Linear: 10\n    name: fc"),
        spec("Flatten", "Linear: 64\n    name: fc1", "Linear: 10\n    name: fc2"),
    ),
    "MG207": Explanation(
        "An unknown layer, loss, optimizer or scheduler",
        "`mlpgen layers` lists all layers.",
        spec("Conv2D: {out_channels: 8, kernel_size: 3}"),
        spec("Conv2d: {out_channels: 8, kernel_size: 3}"),
    ),
    "MG208": Explanation(
        "An entry that is not one layer",
        "Write each layer as its own entry, after a dash.",
        "name: Net\ninput: [4]\nlayers:\n  - Linear: 4\n    ReLU:\n",
        spec("Linear: 4", "ReLU", image="[4]"),
    ),
    "MG209": Explanation(
        "An expression that cannot be computed",
        "`${…}` must be the whole value. It can contain numbers, parameters, `+ - "
        "* / // % **`, comparisons, `and`, `or`, `not`, `a if b else c`, and the "
        "functions `abs`, `ceil`, `floor`, `int`, `max`, `min` and `round`.",
        spec("Flatten", "Linear: \"${open('x')}\""),
        spec("Flatten", 'Linear: "${2 * 5}"'),
    ),
    "MG210": Explanation(
        "An unknown parameter",
        "Define parameters under `parameters:`, each with a default.",
        spec('Linear: "${hiden}"', image="[4]", rest="parameters: {hidden: 8}\n"),
        spec('Linear: "${hidden}"', image="[4]", rest="parameters: {hidden: 8}\n"),
    ),
    "MG211": Explanation(
        "An argument that cannot depend on a parameter",
        "The argument decides the number of dimensions or which code is "
        "generated, so its value must be fixed.",
        spec('Flatten: "${start}"', rest="parameters: {start: 1}\n"),
        spec("Flatten: 1"),
    ),
    "MG212": Explanation(
        "An unknown layer name",
        "`mlpgen show` lists the names. Without `name:`, a layer is named by its "
        "type and a number.",
        spec("Flatten", "Linear: 10\n    name: logits", rest="outputs: [logit]\n"),
        spec("Flatten", "Linear: 10\n    name: logits", rest="outputs: [logits]\n"),
    ),
    "MG214": Explanation(
        "An unused parameter",
        "This is a warning. The class would have an argument, or a local value, that "
        "does nothing.",
        spec("Linear: 8", image="[4]", rest="parameters: {hidden: 8}\n"),
        spec('Linear: "${hidden}"', image="[4]", rest="parameters: {hidden: 8}\n"),
    ),
    "MG215": Explanation(
        "An unused layer",
        "This is a warning. No output depends on the layer, so it is left out.",
        spec(
            "Flatten",
            "Linear: 10\n    name: logits",
            "Softmax: {dim: 1}",
            rest="outputs: [logits]\n",
        ),
        spec("Flatten", "Linear: 10\n    name: logits", rest="outputs: [logits]\n"),
    ),
    "MG216": Explanation(
        "An in-place layer that overwrites a tensor still in use",
        "`inplace` changes the layer's input. That tensor is also an output (then "
        "this is a warning), the input of the model, or needed by an earlier "
        "layer to compute its gradient.",
        spec(
            "Flatten",
            "Linear: 10\n    name: a",
            "ReLU: {inplace: true}\n    name: b",
            rest="outputs: [a, b]\n",
        ),
        spec(
            "Flatten",
            "Linear: 10\n    name: a",
            "ReLU:\n    name: b",
            rest="outputs: [a, b]\n",
        ),
    ),
    "MG217": Explanation(
        "Two specs that generate the same file",
        "Files are named after the model, or by `file`. Change one of the two names.",
    ),
    "MG218": Explanation(
        "A layer that uses the output of a later layer",
        "Layers run in the order they are written, and each can only use the "
        "outputs of earlier layers. A network cannot contain a cycle.",
        spec(
            "Linear: 8\n    name: a\n    from: b",
            "Linear: 8\n    name: b\n    from: input",
            image="[8]",
        ),
        spec(
            "Linear: 8\n    name: b",
            "Linear: 8\n    name: a\n    from: b",
            image="[8]",
        ),
    ),
    "MG219": Explanation(
        "An unknown source",
        "`from`, `share` and `select` refer to an earlier layer, an input, or one "
        "part of a layer that returns several, such as `rnn.hidden`. A block can "
        "only refer to its own inputs and layers.",
        spec(
            "Linear: 8\n    name: hidden",
            "add:\n    from: [hiden, input]",
            image="[8]",
        ),
        spec(
            "Linear: 8\n    name: hidden",
            "add:\n    from: [hidden, input]",
            image="[8]",
        ),
    ),
    "MG220": Explanation(
        "Something that a `Sequential` cannot contain",
        "A `Sequential` is a chain of layers with one input and one output each. "
        "Put layers that branch or join in the model or in a block.",
        spec("Sequential: [{Linear: 8}, {chunk: {chunks: 2, dim: 1}}]", image="[8]"),
        spec("Sequential: [{Linear: 8}, {slice: {dim: 1, end: 4}}]", image="[8]"),
    ),
    "MG221": Explanation(
        "Something that cannot be repeated",
        "`repeat` creates modules, each applied to the output of the one before. "
        "A function is not a module: put it in a block and repeat the block. "
        "`share` without a type creates no module either: write the entry once "
        "for each time it runs.",
        spec("add:\n    from: [input, input]\n    repeat: 3", image="[8]"),
        spec("Double:\n    repeat: 3", image="[8]", rest=_DOUBLE),
    ),
    "MG222": Explanation(
        "Too many layers",
        "A network can have at most 100,000 layers, including those of blocks and "
        "repeats, and at most 12,000 different ones.",
        spec("Sequential: [{Linear: 8, repeat: 1000}]\n    repeat: 1000", image="[8]"),
        spec("Sequential: [{Linear: 8, repeat: 10}]\n    repeat: 10", image="[8]"),
    ),
    "MG223": Explanation(
        "A block that contains itself",
        "Whether directly or through other blocks, the network would be infinite.",
        block("Linear: 8", "Deep", name="Deep"),
        block("Linear: 8", "ReLU", name="Deep"),
    ),
    "MG224": Explanation(
        "A block that needs different code for two of its uses",
        "A block becomes one class. Its uses can have different arguments and "
        "input sizes, but each layer must work on the same number of dimensions "
        "in all of them.",
        block("LayerNorm", name="Norm", image="[3, 8, 8]", uses=("Flatten", "Norm")),
        block("LayerNorm", name="Norm", image="[3, 8, 8]", uses=("Norm",)),
    ),
    "MG225": Explanation(
        "A layer that `when` cannot leave out",
        "When the layer is left out, its input takes the place of its output, or "
        "what `else` names. So it needs one input, or `else`, with the same number "
        "of dimensions and the same dtype as its output.",
        spec(
            'Flatten:\n    when: "${flat}"',
            rest="parameters: {flat: true}\n",
        ),
        spec("Flatten"),
    ),
    "MG226": Explanation(
        "Layers that cannot share",
        "A shared module is used again unchanged, so the sizes must be the same. "
        "Shared parameters are matched by name and must have the same shape.",
        spec(
            "Linear: 6\n    name: first",
            "Linear: 4",
            "share: first",
            image="[8]",
        ),
        spec(
            "Linear: 8\n    name: first",
            "ReLU",
            "share: first",
            image="[8]",
        ),
    ),
    "MG227": Explanation(
        "An unused block",
        "This is a warning. No layer uses the block, so its class is left out. It is a "
        "mistake if the block is the value of a parameter, since the code of a block "
        "follows from the layers that are of its type.",
        spec("Linear: 8", image="[8]", rest=_DOUBLE),
        spec("Linear: 8", "Double", image="[8]", rest=_DOUBLE),
    ),
    "MG228": Explanation(
        "An unused input",
        "The class would have an argument that does nothing. A first layer "
        "without `from` uses only the first input.",
        spec("Linear: 8", image="{image: [8], mask: [8]}"),
        spec(
            "mul:\n    from: [image, mask]",
            "Linear: 8",
            image="{image: [8], mask: [8]}",
        ),
    ),
    "MG229": Explanation(
        "Initial values or a parametrization that a layer cannot have",
        "`init` sets parameters of the layer with functions of torch.nn.init that "
        "fit their shapes. `parametrize` needs a weight with at least two "
        "dimensions.",
        spec("Linear: 8", "ReLU:\n    init: {weight: zeros_}", image="[8]"),
        spec("Linear: 8\n    init: {weight: zeros_}", "ReLU", image="[8]"),
    ),
    "MG230": Explanation(
        "A file that cannot be included",
        "An included file must be a regular file in the spec's folder or below "
        "it. Write its path with `/`. It cannot include itself.",
        spec("Linear: 8", image="[8]", rest="include: [../blocks.yaml]\n"),
        spec("Linear: 8", image="[8]"),
    ),
    "MG231": Explanation(
        "A module of your own that cannot be imported",
        "`custom` needs a Python file beside the generated code, a class in that "
        "file, and arguments whose names are identifiers. The file cannot be "
        "named like a module of Python or torch, a module that the scripts "
        "import, or a generated file. The class cannot have a name that the "
        "generated code uses. The same holds for the functions of custom losses "
        "and metrics, and metrics need names of their own. A module that reads "
        "data must be beside the generated code too.",
        spec(
            "custom: {path: my-layers.py, class: Gate}",
            image="[8]",
        ),
        spec(
            "custom: {path: my_layers.py, class: Gate}",
            image="[8]",
        ),
    ),
    "MG240": Explanation(
        "Sizes that are too complex to compute",
        "The expression for a size can have at most 500 names and numbers, and 40 "
        "nested divisions and choices. The sizes of a network together also have "
        "a limit on the number of steps, far above what any real network needs.",
        spec(
            'Linear: "${(a + b + c + d) ** 20}"',
            image="[4]",
            rest="parameters: {a: 1, b: 0, c: 0, d: 0}\n",
        ),
        spec(
            'Linear: "${(a + b + c + d) ** 2}"',
            image="[4]",
            rest="parameters: {a: 1, b: 0, c: 0, d: 0}\n",
        ),
    ),
    "MG241": Explanation(
        "A value that needs itself",
        "The `values` of a model or block can use each other in any order, but not "
        "in a circle: no value could be computed first.",
        spec(
            'Linear: "${inner}"',
            image="[4]",
            rest='values: {whole: "${2 * inner}", inner: "${whole // 2}"}\n',
        ),
        spec(
            'Linear: "${inner}"',
            image="[4]",
            rest='values: {whole: 8, inner: "${whole // 2}"}\n',
        ),
    ),
}

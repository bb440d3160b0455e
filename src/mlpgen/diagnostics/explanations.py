"""What each code of a diagnostic means, with a wrong and a mended spec.

`docs/errors.md` is made from this, and a test tries every example.
"""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    """One code.

    Attributes:
        title: What is wrong, in a few words.
        text: Why it is wrong and how to mend it.
        wrong: A spec with the mistake; empty if it is not in a spec.
        right: The same spec, mended.
    """

    title: str
    text: str
    wrong: str = ""
    right: str = ""


def _spec(*layers: str, image: str = "[1, 28, 28]", rest: str = "") -> str:
    listed = "".join(f"  - {layer}\n" for layer in layers)
    return f"name: Net\ninput: {image}\nlayers:\n{listed}{rest}"


def _trained(
    *layers: str,
    loss: str = "CrossEntropyLoss",
    optimizer: str = "{SGD: {lr: 0.1}}",
    rest: str = "",
    image: str = "[1, 28, 28]",
) -> str:
    training = f"training:\n  data: mnist\n  loss: {loss}\n  optimizer: {optimizer}\n"
    return _spec(*layers, rest=training + rest, image=image)


def _block(
    *layers: str,
    name: str,
    image: str = "[8]",
    uses: tuple[str, ...] = (),
) -> str:
    listed = ", ".join(f"{{{each}}}" if ":" in each else each for each in layers)
    rest = f"blocks: {{{name}: {{layers: [{listed}]}}}}\n"
    return _spec(name, *uses, image=image, rest=rest)


_MLP = ("Flatten", "Linear: 10")
_WIDE = ("Flatten", 'Linear: "${SIZE}"', "Linear: 10")
_POOLED = "parameters: {pooled: false}\n"
_DOUBLE = (
    "blocks:\n  Double:\n    layers:\n      - add:\n        from: [input, input]\n"
)

EXPLANATIONS = {
    "MG001": Explanation(
        "The file cannot be read",
        "There is no such file, it is a folder, or you may not read it.",
    ),
    "MG002": Explanation(
        "The file is not UTF-8", "Save it as UTF-8; the first wrong byte is named."
    ),
    "MG003": Explanation(
        "The file is too large", "A spec has at most 1 MiB. Sizes belong in parameters."
    ),
    "MG004": Explanation(
        "A file cannot be written",
        "The folder is missing or not yours, or the disk is full. Nothing was changed.",
    ),
    "MG005": Explanation(
        "There is nothing to check",
        "`mlpgen check` found no spec of the project, and no generated files in the "
        "folder of `--out`.",
    ),
    "MG006": Explanation(
        "The project's settings cannot be used",
        "`pyproject.toml` is not TOML, or cannot be read, or the patterns `specs` of "
        "its table `tool.mlpgen` match no file.",
    ),
    "MG101": Explanation(
        "This is not YAML",
        "The place is where reading stopped; the mistake is there or just before it.",
        "name: Net\ninput: [1, 28, 28\nlayers: [Flatten]\n",
        "name: Net\ninput: [1, 28, 28]\nlayers: [Flatten]\n",
    ),
    "MG102": Explanation(
        "A key stands twice",
        "YAML would silently take the last one.",
        _spec("Flatten", "Linear: {out_features: 10, bias: true, bias: false}"),
        _spec("Flatten", "Linear: {out_features: 10, bias: false}"),
    ),
    "MG103": Explanation(
        "A tag",
        "A spec is plain data, so YAML's tags are not read.",
        _spec("Flatten", "Linear: !!int 10"),
        _spec("Flatten", "Linear: 10"),
    ),
    "MG104": Explanation(
        "An anchor, an alias or a merge key",
        "What should be said once is a parameter.",
        _spec("Flatten", "Linear: &size 64", "Linear: *size"),
        _spec(
            "Flatten",
            'Linear: "${size}"',
            'Linear: "${size}"',
            rest="parameters: {size: 64}\n",
        ),
    ),
    "MG105": Explanation(
        "Several documents",
        "One file is one spec.",
        _spec(*_MLP) + "---\n" + _spec(*_MLP),
        _spec(*_MLP),
    ),
    "MG106": Explanation(
        "Nested too deeply",
        "At most 64 levels.",
        "name: Net\ninput: " + "[" * 70 + "]" * 70 + "\nlayers: [ReLU]\n",
        "name: Net\ninput: [4]\nlayers: [ReLU]\n",
    ),
    "MG107": Explanation(
        "A tab indents",
        "YAML indents with spaces.",
        "name: Net\ninput: [4]\nlayers:\n\t- ReLU\n",
        _spec("ReLU", image="[4]"),
    ),
    "MG108": Explanation(
        "A character that YAML forbids",
        "Control characters, for example; the first one is named.",
        "name: Net\ndescription: a\x7fb\ninput: [4]\nlayers: [ReLU]\n",
        "name: Net\ndescription: ab\ninput: [4]\nlayers: [ReLU]\n",
    ),
    "MG109": Explanation(
        "There is no spec in the file",
        "A spec is a mapping with `name`, `input` and `layers`.",
        "- Flatten\n- Linear: 10\n",
        _spec(*_MLP),
    ),
    "MG110": Explanation(
        "A key is no text",
        "Put it in quotes, if it is meant.",
        _spec("Flatten", "Linear: {1: 10}"),
        _spec("Flatten", "Linear: {out_features: 10}"),
    ),
    "MG111": Explanation(
        "A number is out of range",
        "Whole numbers have at most 64 bits; infinity and NaN fit nowhere.",
        _spec("Flatten", "Linear: 99999999999999999999"),
        _spec("Flatten", "Linear: 10"),
    ),
    "MG201": Explanation(
        "An unknown key or argument",
        "Arguments have torch's own names.",
        _spec("Flatten", "Linear: {out_feature: 10}"),
        _spec("Flatten", "Linear: {out_features: 10}"),
    ),
    "MG202": Explanation(
        "Something is missing",
        "It has no default and does not follow from anything.",
        _spec("Conv2d: {kernel_size: 3}"),
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}"),
    ),
    "MG203": Explanation(
        "A value of the wrong kind",
        "YAML 1.2 is read: `yes` and `no` are texts, `true` and `false` are not.",
        _spec("Flatten", "Linear: {out_features: 10, bias: yes}"),
        _spec("Flatten", "Linear: {out_features: 10, bias: true}"),
    ),
    "MG204": Explanation(
        "A value that is not possible",
        "It is too small, too large, or none of the words that are possible.",
        _spec("Flatten", "Dropout: 1.5"),
        _spec("Flatten", "Dropout: 0.5"),
    ),
    "MG205": Explanation(
        "A name that cannot be one",
        "Names become attributes, classes, files and packages: Python's keywords and "
        "builtins, the attributes of `nn.Module`, and the modules that generated code "
        "imports, are taken.",
        _spec("Flatten", "Linear: 10\n    name: forward"),
        _spec("Flatten", "Linear: 10\n    name: logits"),
    ),
    "MG206": Explanation(
        "A name stands twice",
        "Each layer has a name of its own among its neighbours. A parameter that "
        "`forward` needs is an attribute of the class, whose name no layer has.",
        _spec("Flatten", "Linear: 64\n    name: fc", "Linear: 10\n    name: fc"),
        _spec("Flatten", "Linear: 64\n    name: fc1", "Linear: 10\n    name: fc2"),
    ),
    "MG207": Explanation(
        "There is no such layer, loss, optimizer or scheduler",
        "`mlpgen layers` lists the layers.",
        _spec("Conv2D: {out_channels: 8, kernel_size: 3}"),
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}"),
    ),
    "MG208": Explanation(
        "An entry is not one layer",
        "Each layer is an entry of its own, after a dash.",
        "name: Net\ninput: [4]\nlayers:\n  - Linear: 4\n    ReLU:\n",
        _spec("Linear: 4", "ReLU", image="[4]"),
    ),
    "MG209": Explanation(
        "An expression cannot be computed",
        "`${…}` is a whole value: numbers, parameters, `+ - * / // % **`, comparisons, "
        "`and`, `or`, `not`.",
        _spec("Flatten", "Linear: \"${open('x')}\""),
        _spec("Flatten", 'Linear: "${2 * 5}"'),
    ),
    "MG210": Explanation(
        "There is no such parameter",
        "Parameters stand under `parameters:`, each with its default.",
        _spec('Linear: "${hiden}"', image="[4]", rest="parameters: {hidden: 8}\n"),
        _spec('Linear: "${hidden}"', image="[4]", rest="parameters: {hidden: 8}\n"),
    ),
    "MG211": Explanation(
        "An argument that cannot depend on a parameter",
        "It decides how many dimensions there are or which code is written.",
        _spec('Flatten: "${start}"', rest="parameters: {start: 1}\n"),
        _spec("Flatten: 1"),
    ),
    "MG212": Explanation(
        "There is no layer of this name",
        "`mlpgen show` lists the names; without `name:` it is the type and a number.",
        _spec("Flatten", "Linear: 10\n    name: logits", rest="outputs: [logit]\n"),
        _spec("Flatten", "Linear: 10\n    name: logits", rest="outputs: [logits]\n"),
    ),
    "MG214": Explanation(
        "A parameter that no layer uses",
        "A warning: the class would take an argument that does nothing.",
        _spec("Linear: 8", image="[4]", rest="parameters: {hidden: 8}\n"),
        _spec('Linear: "${hidden}"', image="[4]", rest="parameters: {hidden: 8}\n"),
    ),
    "MG215": Explanation(
        "A layer that no output depends on",
        "A warning: nothing would use it, so it is left out.",
        _spec(
            "Flatten",
            "Linear: 10\n    name: logits",
            "Softmax: {dim: 1}",
            rest="outputs: [logits]\n",
        ),
        _spec("Flatten", "Linear: 10\n    name: logits", rest="outputs: [logits]\n"),
    ),
    "MG216": Explanation(
        "A layer that overwrites what is needed",
        "`inplace` changes the tensor that arrives: an output (a warning), the input "
        "of the model, or what an earlier layer needs for its gradient.",
        _spec(
            "Flatten",
            "Linear: 10\n    name: a",
            "ReLU: {inplace: true}\n    name: b",
            rest="outputs: [a, b]\n",
        ),
        _spec(
            "Flatten",
            "Linear: 10\n    name: a",
            "ReLU:\n    name: b",
            rest="outputs: [a, b]\n",
        ),
    ),
    "MG217": Explanation(
        "Two specs make the same file",
        "Files are named after the model, or by `file`: give one of the specs another.",
    ),
    "MG218": Explanation(
        "A layer that takes what is made later",
        "Layers run in the order they are written: each takes what those before it "
        "give, so data never goes in a circle.",
        _spec(
            "Linear: 8\n    name: a\n    from: b",
            "Linear: 8\n    name: b\n    from: input",
            image="[8]",
        ),
        _spec(
            "Linear: 8\n    name: b",
            "Linear: 8\n    name: a\n    from: b",
            image="[8]",
        ),
    ),
    "MG219": Explanation(
        "There is no such source",
        "`from`, `share` and `select` name a layer before this one, an input, or a "
        "part of a layer that gives several: `rnn.hidden`. A block sees only its own "
        "layers.",
        _spec(
            "Linear: 8\n    name: hidden",
            "add:\n    from: [hiden, input]",
            image="[8]",
        ),
        _spec(
            "Linear: 8\n    name: hidden",
            "add:\n    from: [hidden, input]",
            image="[8]",
        ),
    ),
    "MG220": Explanation(
        "Something that a `Sequential` cannot hold",
        "A `Sequential` is a chain of modules, each of one tensor. What branches, "
        "joins or is a function stands in the model or in a block.",
        _spec("Sequential: [{Linear: 8}, {relu: {}}]", image="[8]"),
        _spec("Sequential: [{Linear: 8}, ReLU]", image="[8]"),
    ),
    "MG221": Explanation(
        "Something that cannot be repeated",
        "`repeat` makes modules, each on the result of the one before. A function has "
        "none: put it in a block, and repeat that. `share` alone makes none either: "
        "write it again for each time.",
        _spec("add:\n    from: [input, input]\n    repeat: 3", image="[8]"),
        _spec("Double:\n    repeat: 3", image="[8]", rest=_DOUBLE),
    ),
    "MG222": Explanation(
        "More layers than a network has",
        "At most 100,000, those of blocks and rounds included; and at most 12,000 that "
        "differ from each other.",
        _spec("Sequential: [{Linear: 8, repeat: 1000}]\n    repeat: 1000", image="[8]"),
        _spec("Sequential: [{Linear: 8, repeat: 10}]\n    repeat: 10", image="[8]"),
    ),
    "MG223": Explanation(
        "A block that contains itself",
        "Directly or by way of others, it would never end.",
        _block("Linear: 8", "Deep", name="Deep"),
        _block("Linear: 8", "ReLU", name="Deep"),
    ),
    "MG224": Explanation(
        "A block that would be different code in two uses",
        "A block is one class. Its arguments and the sizes that arrive may differ, but "
        "not the number of dimensions that a layer works on.",
        _block("LayerNorm", name="Norm", image="[3, 8, 8]", uses=("Flatten", "Norm")),
        _block("LayerNorm", name="Norm", image="[3, 8, 8]", uses=("Norm",)),
    ),
    "MG225": Explanation(
        "A layer that `when` cannot leave out",
        "Without the layer its input passes through: that is one tensor, with as many "
        "dimensions as the result and of the same dtype.",
        _spec(
            'Flatten:\n    when: "${flat}"',
            rest="parameters: {flat: true}\n",
        ),
        _spec("Flatten"),
    ),
    "MG226": Explanation(
        "Layers that cannot share",
        "A module is used again as it is, so the sizes must be the same; parameters "
        "are tied by their names, with equal shapes.",
        _spec(
            "Linear: 6\n    name: first",
            "Linear: 4",
            "share: first",
            image="[8]",
        ),
        _spec(
            "Linear: 8\n    name: first",
            "ReLU",
            "share: first",
            image="[8]",
        ),
    ),
    "MG227": Explanation(
        "A block that no layer is",
        "A warning: it would be a class that nothing uses, so it is left out.",
        _spec("Linear: 8", image="[8]", rest=_DOUBLE),
        _spec("Linear: 8", "Double", image="[8]", rest=_DOUBLE),
    ),
    "MG228": Explanation(
        "An input that no layer takes",
        "The class would have an argument that does nothing. The first layer without "
        "`from` takes the first input only.",
        _spec("Linear: 8", image="{image: [8], mask: [8]}"),
        _spec(
            "mul:\n    from: [image, mask]",
            "Linear: 8",
            image="{image: [8], mask: [8]}",
        ),
    ),
    "MG229": Explanation(
        "Initial values or a parametrization that a layer cannot have",
        "`init` names parameters of the layer, with a function of torch.nn.init that "
        "fits their shape; `parametrize` needs a weight of two dimensions or more.",
        _spec("Linear: 8", "ReLU:\n    init: {weight: zeros_}", image="[8]"),
        _spec("Linear: 8\n    init: {weight: zeros_}", "ReLU", image="[8]"),
    ),
    "MG230": Explanation(
        "A file that cannot be included",
        "It is a regular file beside the spec or in a folder below it, written with "
        "`/`, and does not include itself.",
        _spec("Linear: 8", image="[8]", rest="include: [../blocks.yaml]\n"),
        _spec("Linear: 8", image="[8]"),
    ),
    "MG231": Explanation(
        "A module of your own that cannot be imported",
        "`custom` names a Python file beside the generated code, the class in it, and "
        "arguments that are identifiers. It is a file of your own: no module of Python "
        "or torch, none that the scripts import, and none that is generated. Its class "
        "has a name that the generated code does not use itself. A module that reads "
        "data lies there too.",
        _spec(
            "custom: {path: my-layers.py, class: Gate}",
            image="[8]",
        ),
        _spec(
            "custom: {path: my_layers.py, class: Gate}",
            image="[8]",
        ),
    ),
    "MG232": Explanation(
        "A name that torch.export cannot write",
        "A warning: the graph that torch.export makes has attributes of its own, such "
        "as `code`, and no layer can have their names there.",
        _spec("Flatten", "Linear: 10\n    name: code"),
        _spec("Flatten", "Linear: 10\n    name: latent"),
    ),
    "MG240": Explanation(
        "Sizes that take more work than a network needs",
        "The code of a size has at most 500 names and numbers, 40 divisions and "
        "choices in each other; and all sizes of a network together take a number of "
        "steps that nobody's network comes near.",
        _spec(
            'Linear: "${(a + b + c + d) ** 20}"',
            image="[4]",
            rest="parameters: {a: 1, b: 0, c: 0, d: 0}\n",
        ),
        _spec(
            'Linear: "${(a + b + c + d) ** 2}"',
            image="[4]",
            rest="parameters: {a: 1, b: 0, c: 0, d: 0}\n",
        ),
    ),
    "MG301": Explanation(
        "A size that does not follow from the input",
        "Leave it out, or give the one that arrives.",
        _spec("Flatten", "Linear: {in_features: 100, out_features: 10}"),
        _spec("Flatten", "Linear: 10"),
    ),
    "MG302": Explanation(
        "A shape with the wrong number of dimensions",
        "`N` is the batch. torch would take a missing batch dimension for channels, "
        "and the first dimension of a tensor without a batch for one.",
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}", "BatchNorm1d"),
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}", "BatchNorm2d"),
    ),
    "MG303": Explanation(
        "Nothing would be left",
        "The kernel is larger than the padded input, or a size would be below 1.",
        _spec("MaxPool2d: 14", "Conv2d: {out_channels: 8, kernel_size: 3}"),
        _spec("MaxPool2d: 7", "Conv2d: {out_channels: 8, kernel_size: 3}"),
    ),
    "MG304": Explanation(
        "A number that does not divide",
        "Groups of channels have equal sizes.",
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}", "GroupNorm: 3"),
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}", "GroupNorm: 4"),
    ),
    "MG306": Explanation(
        "A linear layer on an image or a signal",
        "A warning: torch would apply it to each row. With `in_features` you mean it. "
        "It is a mistake where a loss does not fit the shape that comes of it.",
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}", "Linear: 10"),
        _spec("Conv2d: {out_channels: 8, kernel_size: 3}", "Flatten", "Linear: 10"),
    ),
    "MG307": Explanation(
        "Too much padding",
        "Pooling pads by at most half its kernel; a mirror is smaller than the image.",
        _spec("MaxPool2d: {kernel_size: 2, padding: 2}"),
        _spec("MaxPool2d: {kernel_size: 2, padding: 1}"),
    ),
    "MG308": Explanation(
        "A dimension that is not there",
        "torch counts the batch: dimension 0 is the batch, 1 the first of an example.",
        _spec("Flatten", "Softmax: {dim: 2}"),
        _spec("Flatten", "Softmax: {dim: 1}"),
    ),
    "MG309": Explanation(
        "Sizes that do not multiply to the dimension",
        "`Unflatten` only arranges.",
        _spec("Flatten", "Unflatten: {dim: 1, unflattened_size: [1, 28, 27]}"),
        _spec("Flatten", "Unflatten: {dim: 1, unflattened_size: [1, 28, 28]}"),
    ),
    "MG310": Explanation(
        "A layer that cannot train on this shape",
        "A single value for each channel has no variance.",
        _spec("AdaptiveAvgPool2d: 1", "InstanceNorm2d"),
        _spec("AdaptiveAvgPool2d: 2", "InstanceNorm2d"),
    ),
    "MG311": Explanation(
        "Arguments that do not go together",
        "torch would refuse them, or warn.",
        _spec("Conv2d: {out_channels: 8, kernel_size: 3, padding: same, stride: 2}"),
        _spec("Conv2d: {out_channels: 8, kernel_size: 3, padding: 1, stride: 2}"),
    ),
    "MG312": Explanation(
        "Larger than any machine",
        "A tensor of 2**40 values takes four terabytes: a number is mistyped. An "
        "argument is at most 2147483647.",
        _spec("Flatten", "Linear: 9000000000000000000"),
        _spec("Flatten", "Linear: 9000"),
    ),
    "MG313": Explanation(
        "Tensors that cannot be joined",
        "Sizes must be equal, or 1 where torch repeats them; along the dimension of "
        "`cat` they may differ.",
        _spec(
            "Linear: 8\n    name: wide",
            "Linear: 4\n    name: narrow",
            "add:\n    from: [wide, narrow]",
            image="[8]",
        ),
        _spec(
            "Linear: 8\n    name: wide",
            "Linear: 8\n    name: narrow",
            "add:\n    from: [wide, narrow]",
            image="[8]",
        ),
    ),
    "MG314": Explanation(
        "Another number of inputs",
        "A layer takes one tensor, most functions two, a block those of its `input`; "
        "`from` names them.",
        _spec(
            "Linear: 8\n    name: a",
            "Linear: 8\n    from: [a, input]",
            image="[8]",
        ),
        _spec("Linear: 8\n    name: a", "Linear: 8\n    from: a", image="[8]"),
    ),
    "MG315": Explanation(
        "Values of another dtype",
        "`Embedding` looks up whole numbers, other layers compute with float32.",
        _spec("Linear: 8", image="{tokens: {shape: [8], dtype: int64}}"),
        _spec(
            "Embedding: {num_embeddings: 100, embedding_dim: 4}",
            image="{tokens: {shape: [8], dtype: int64}}",
        ),
    ),
    "MG316": Explanation(
        "Sizes that are equal by chance",
        "Parameters are arguments of the class: with another value the network would "
        "not run. It can be rendered, since it does run as it is.",
        _spec(
            'Linear: "${width}"\n    name: wide',
            "add:\n    from: [wide, input]",
            image="[8]",
            rest="parameters: {width: 8}\n",
        ),
        _spec(
            'Linear: "${width}"',
            "ReLU",
            "Linear: 8\n    name: narrow",
            "add:\n    from: [narrow, input]",
            image="[8]",
            rest="parameters: {width: 8}\n",
        ),
    ),
    "MG317": Explanation(
        "A layer that is left out, and would fit nowhere",
        "What a false `when` leaves out is not checked: with other arguments it may be "
        "right. This layer fits with none of those that were tried, and no use of its "
        "block has it on. It stands in the code, and is made only where `when` is "
        "true.",
        _spec('MaxPool2d: 8\n    when: "${pooled}"', rest=_POOLED, image="[1, 4, 4]"),
        _spec('MaxPool2d: 2\n    when: "${pooled}"', rest=_POOLED, image="[1, 4, 4]"),
    ),
    "MG318": Explanation(
        "A function in what would be a chain",
        "In sequential style a chain of modules is an `nn.Sequential`. A function of "
        "torch is no module, so a class with one has a `forward`; where a class of "
        "`torch.nn` does the same, the chain can have that.",
        _spec("Linear: 8", "relu", image="[4]", rest="style: sequential\n"),
        _spec("Linear: 8", "ReLU", image="[4]", rest="style: sequential\n"),
    ),
    "MG401": Explanation(
        "A loss that does not fit the output",
        "The loss is on the first output.",
        _trained("Flatten", "Linear: 32", "Linear: 784", loss="MSELoss"),
        _trained(
            "Flatten",
            "Linear: 32",
            "Linear: 784",
            "Unflatten: {dim: 1, unflattened_size: [1, 28, 28]}",
            loss="MSELoss",
        ),
    ),
    "MG402": Explanation(
        "A loss on values of another kind",
        "`CrossEntropyLoss` applies a log-softmax itself, `NLLLoss` does not.",
        _trained(*_MLP, "Softmax: {dim: 1}"),
        _trained(*_MLP),
    ),
    "MG403": Explanation(
        "Data of another shape than the input",
        "The images of a data set have a fixed shape.",
        _trained(*_MLP, image="[3, 32, 32]"),
        _trained(*_MLP),
    ),
    "MG404": Explanation(
        "Another number of classes",
        "The last layer has one output for each class of the data.",
        _trained("Flatten", "Linear: 12"),
        _trained(*_MLP),
    ),
    "MG405": Explanation(
        "Nothing to train",
        "No layer has parameters.",
        _trained("ReLU", loss="MSELoss"),
        _trained("PReLU", loss="MSELoss"),
    ),
    "MG406": Explanation(
        "A part of the training that cannot work here",
        "The message says what it would need.",
        _trained(*_MLP, optimizer="SparseAdam"),
        _trained(*_MLP, optimizer="Adam"),
    ),
    "MG407": Explanation(
        "Batches that are too small",
        "Batch normalization in training needs several values of each channel.",
        _trained(
            "Flatten",
            "Linear: 10",
            "BatchNorm1d",
            "Linear: 10",
            rest="  batch_size: 1\n",
        ),
        _trained(
            "Flatten",
            "Linear: 10",
            "BatchNorm1d",
            "Linear: 10",
            rest="  batch_size: 2\n",
        ),
    ),
    "MG408": Explanation(
        "A parameter whose flag is taken",
        "Parameters of the model are flags of its scripts: `--hidden-1 256`. Where a "
        "training has a flag of that name already, as `--lr`, or another parameter, "
        "the flag of the parameter begins with `--model-`.",
        _trained(*_WIDE, rest="parameters: {seed: 2}\n").replace("SIZE", "seed"),
        _trained(*_WIDE, rest="parameters: {wide: 2}\n").replace("SIZE", "wide"),
    ),
    "MG601": Explanation(
        "The project's templates cannot be read",
        "`--templates`, or `templates` in the table `tool.mlpgen`, names a folder that "
        "is not there, or a template in it is a folder or may not be read.",
    ),
    "MG602": Explanation(
        "A template is none",
        "Jinja cannot read it: a block is not closed, or there is no filter of the "
        "name.",
    ),
    "MG603": Explanation(
        "A template fails",
        "It asks for what is not there, includes a template that is not in its folder "
        "and none of mlpgen's, or includes itself; `mlpgen templates` lists what there "
        "is.",
    ),
    "MG604": Explanation(
        "A template prints what is not known to be code",
        "Texts of a spec may be from a stranger, so no template prints them as they "
        "are. What is `Code` in `mlpgen templates` can be printed, numbers can, and "
        "`{{ value | literal }}` writes any value as Python does, texts in quotes.",
    ),
    "MG605": Explanation(
        "What a template prints is no Python file of mlpgen",
        "It cannot be read by Python, or the header, by which mlpgen finds the file "
        "again, is not alone on its line or there twice.",
    ),
    "MG606": Explanation(
        "A template that nobody uses",
        "It has not the name of one of mlpgen's, so it replaces none, and no other "
        "template of the folder includes it.",
    ),
}


def page() -> str:
    """Return `docs/errors.md`."""
    from textwrap import fill

    parts = [
        "# Mistakes\n\n"
        "Every code that mlpgen names, with a wrong and a mended spec. MG0 is about "
        "files, MG1 about YAML,\nMG2 about the spec, MG3 about shapes, MG4 about "
        "training, MG6 about templates of your own.\n"
    ]
    for code, each in EXPLANATIONS.items():
        text = fill(each.text, 100, break_long_words=False, break_on_hyphens=False)
        parts.append(f"\n## {code}: {each.title}\n\n{text}\n")
        if each.wrong:
            parts.append(f"\n```yaml\n# wrong\n{visible(each.wrong)}```\n")
            parts.append(f"\n```yaml\n# mended\n{each.right}```\n")
    return "".join(parts)


def visible(text: str) -> str:
    """Write a character that cannot be seen as a sign that can."""
    return text.replace("\x7f", "\u2421")

"""MG254 and MG3: the shapes and sizes of tensors."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation, block, spec

ADDED = "add:\n    from: [input, steps_1]"
ADDED_BUFFER = "add:\n    from: [input, buffer_1]"
_POOLED = "parameters: {pooled: false}\n"

SHAPES = {
    "MG254": Explanation(
        "Dimensions that cannot count as batch",
        "`batch_dims: 2` beside a type lets the first two dimensions count as batch: "
        "the layer sees an input (N, 8, 3, 64, 64) as 8·N examples (3, 64, 64). "
        "It is at least 2, the batch with it, and at most the number of dimensions. "
        "All inputs with a batch begin with the same sizes. What takes nothing, and "
        "layers that have numbers, cannot have it.",
        spec("BatchNorm2d:\n    batch_dims: 6", image="[8, 3, 64, 64]"),
        spec("BatchNorm2d:\n    batch_dims: 2", image="[8, 3, 64, 64]"),
    ),
    "MG301": Explanation(
        "A size that does not match the input",
        "Leave the argument out, or write the size of the input.",
        spec("Flatten", "Linear: {in_features: 100, out_features: 10}"),
        spec("Flatten", "Linear: 10"),
    ),
    "MG302": Explanation(
        "A wrong number of dimensions",
        "`N` is the batch dimension. With a wrong number of dimensions, torch may "
        "take the batch for channels, or the first dimension of a tensor without "
        "a batch for the batch.",
        spec("Conv2d: {out_channels: 8, kernel_size: 3}", "BatchNorm1d"),
        spec("Conv2d: {out_channels: 8, kernel_size: 3}", "BatchNorm2d"),
    ),
    "MG303": Explanation(
        "An empty output",
        "The kernel is larger than the padded input, or a size would be less than 1.",
        spec("MaxPool2d: 14", "Conv2d: {out_channels: 8, kernel_size: 3}"),
        spec("MaxPool2d: 7", "Conv2d: {out_channels: 8, kernel_size: 3}"),
    ),
    "MG304": Explanation(
        "A number that does not divide the size",
        "All groups of channels must have the same size.",
        spec("Conv2d: {out_channels: 8, kernel_size: 3}", "GroupNorm: 3"),
        spec("Conv2d: {out_channels: 8, kernel_size: 3}", "GroupNorm: 4"),
    ),
    "MG306": Explanation(
        "A linear layer on an image or a signal",
        "This is a warning. torch applies the layer to each row. If you want "
        "that, write `in_features`. It is an error if the resulting shape does "
        "not fit the loss.",
        spec("Conv2d: {out_channels: 8, kernel_size: 3}", "Linear: 10"),
        spec("Conv2d: {out_channels: 8, kernel_size: 3}", "Flatten", "Linear: 10"),
    ),
    "MG307": Explanation(
        "Too much padding",
        "Pooling can pad by at most half the kernel. Reflection padding must be "
        "smaller than the image.",
        spec("MaxPool2d: {kernel_size: 2, padding: 2}"),
        spec("MaxPool2d: {kernel_size: 2, padding: 1}"),
    ),
    "MG308": Explanation(
        "A dimension that does not exist",
        "torch counts the batch: dimension 0 is the batch, and 1 is the first "
        "dimension of an example.",
        spec("Flatten", "Softmax: {dim: 2}"),
        spec("Flatten", "Softmax: {dim: 1}"),
    ),
    "MG309": Explanation(
        "Sizes whose product does not match the dimension",
        "`Unflatten` only rearranges values; their number stays the same.",
        spec("Flatten", "Unflatten: {dim: 1, unflattened_size: [1, 28, 27]}"),
        spec("Flatten", "Unflatten: {dim: 1, unflattened_size: [1, 28, 28]}"),
    ),
    "MG310": Explanation(
        "A layer that cannot be trained on this shape",
        "A single value per channel has no variance.",
        spec("AdaptiveAvgPool2d: 1", "InstanceNorm2d"),
        spec("AdaptiveAvgPool2d: 2", "InstanceNorm2d"),
    ),
    "MG311": Explanation(
        "Arguments that cannot be combined",
        "torch would reject them or warn about them.",
        spec("Conv2d: {out_channels: 8, kernel_size: 3, padding: same, stride: 2}"),
        spec("Conv2d: {out_channels: 8, kernel_size: 3, padding: 1, stride: 2}"),
    ),
    "MG312": Explanation(
        "A number that is too large",
        "A tensor of 2**40 values takes four terabytes, so this is probably a "
        "typo. Arguments can be at most 2147483647.",
        spec("Flatten", "Linear: 9000000000000000000"),
        spec("Flatten", "Linear: 9000"),
    ),
    "MG313": Explanation(
        "Tensors that cannot be combined",
        "The sizes must be equal, or 1 where torch broadcasts them. `cat` allows "
        "different sizes along its dimension.",
        spec(
            "Linear: 8\n    name: wide",
            "Linear: 4\n    name: narrow",
            "add:\n    from: [wide, narrow]",
            image="[8]",
        ),
        spec(
            "Linear: 8\n    name: wide",
            "Linear: 8\n    name: narrow",
            "add:\n    from: [wide, narrow]",
            image="[8]",
        ),
    ),
    "MG314": Explanation(
        "A wrong number of inputs",
        "A layer has one input, most functions two, and a block those in its "
        "`input`. `from` lists them.",
        spec(
            "Linear: 8\n    name: a",
            "Linear: 8\n    from: [a, input]",
            image="[8]",
        ),
        spec("Linear: 8\n    name: a", "Linear: 8\n    from: a", image="[8]"),
    ),
    "MG315": Explanation(
        "A wrong dtype",
        "`Embedding` needs whole numbers; other layers need float32.",
        spec("Linear: 8", image="{tokens: {shape: [8], dtype: int64}}"),
        spec(
            "Embedding: {num_embeddings: 100, embedding_dim: 4}",
            image="{tokens: {shape: [8], dtype: int64}}",
        ),
    ),
    "MG316": Explanation(
        "Sizes that only match by default",
        "Parameters are arguments of the class. With another value for this one, "
        "the network would not run. It can still be rendered, since it runs with "
        "the defaults.",
        spec(
            'Linear: "${width}"\n    name: wide',
            "add:\n    from: [wide, input]",
            image="[8]",
            rest="parameters: {width: 8}\n",
        ),
        spec(
            'Linear: "${width}"',
            "ReLU",
            "Linear: 8\n    name: narrow",
            "add:\n    from: [narrow, input]",
            image="[8]",
            rest="parameters: {width: 8}\n",
        ),
    ),
    "MG317": Explanation(
        "A layer that is left out and never fits",
        "A layer that a false `when` leaves out is not checked, since it may fit "
        "with other arguments. This one fits with none of the arguments that were "
        "tried, and no use of its block turns it on. It is part of the generated "
        "code, but is only created if `when` is true.",
        spec('MaxPool2d: 8\n    when: "${pooled}"', rest=_POOLED, image="[1, 4, 4]"),
        spec('MaxPool2d: 2\n    when: "${pooled}"', rest=_POOLED, image="[1, 4, 4]"),
    ),
    "MG318": Explanation(
        "A model that is no chain in sequential style",
        "In sequential style, a chain of layers is an `nn.Sequential`. A model "
        "whose layers branch or join, whose `order` makes them otherwise than they "
        "run, or that calls a function for which `torch.nn` has no layer, has a "
        "`forward` in both styles. `render` says which line is why; it is a warning "
        "where the spec itself asks for the style.",
        spec("Linear: 8", "abs", image="[4]", rest="style: sequential\n"),
        spec("Linear: 8", "relu", image="[4]", rest="style: sequential\n"),
    ),
    "MG320": Explanation(
        "A new tensor in a block without inputs",
        "`arange`, `zeros` and others without a source make their tensor on the device "
        "of an input. Where there is none, a buffer holds the tensor: it is made once, "
        "and moves with the model.",
        block("arange: 8", name="Steps", uses=(ADDED,)),
        block("buffer: {layers: [{arange: 8}]}", name="Steps", uses=(ADDED,)),
    ),
    "MG321": Explanation(
        "A layer that cannot compute a buffer",
        "A buffer is computed once, when the model is made, by functions from nothing. "
        "It has no layers that learn, and no inputs.",
        spec("buffer: {layers: [{ones: [8]}, Dropout]}", ADDED_BUFFER, image="[8]"),
        spec("buffer: {layers: [{ones: [8]}, exp]}", ADDED_BUFFER, image="[8]"),
    ),
}

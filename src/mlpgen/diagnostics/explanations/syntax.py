"""MG1: YAML."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, spec

SYNTAX = {
    "MG101": Explanation(
        "Invalid YAML",
        "The place is where the parser stopped. The mistake is there or just "
        "before it.",
        "name: Net\ninput: [1, 28, 28\nlayers: [Flatten]\n",
        "name: Net\ninput: [1, 28, 28]\nlayers: [Flatten]\n",
    ),
    "MG102": Explanation(
        "A duplicate key",
        "YAML would silently use the last value.",
        spec("Flatten", "Linear: {out_features: 10, bias: true, bias: false}"),
        spec("Flatten", "Linear: {out_features: 10, bias: false}"),
    ),
    "MG103": Explanation(
        "A YAML tag",
        "A spec is plain data; tags such as `!!int` are not allowed.",
        spec("Flatten", "Linear: !!int 10"),
        spec("Flatten", "Linear: 10"),
    ),
    "MG104": Explanation(
        "An anchor, an alias or a merge key",
        "To use a value in several places, make it a parameter.",
        spec("Flatten", "Linear: &size 64", "Linear: *size"),
        spec(
            "Flatten",
            'Linear: "${size}"',
            'Linear: "${size}"',
            rest="parameters: {size: 64}\n",
        ),
    ),
    "MG105": Explanation(
        "More than one document",
        "A file contains one spec.",
        spec(*MLP) + "---\n" + spec(*MLP),
        spec(*MLP),
    ),
    "MG106": Explanation(
        "Too much nesting",
        "A spec can be nested at most 64 levels deep.",
        "name: Net\ninput: " + "[" * 70 + "]" * 70 + "\nlayers: [ReLU]\n",
        "name: Net\ninput: [4]\nlayers: [ReLU]\n",
    ),
    "MG107": Explanation(
        "A tab in the indentation",
        "YAML is indented with spaces.",
        "name: Net\ninput: [4]\nlayers:\n\t- ReLU\n",
        spec("ReLU", image="[4]"),
    ),
    "MG108": Explanation(
        "A character that YAML does not allow",
        "YAML does not allow control characters, for example. The message names "
        "the first one.",
        "name: Net\ndescription: a\x7fb\ninput: [4]\nlayers: [ReLU]\n",
        "name: Net\ndescription: ab\ninput: [4]\nlayers: [ReLU]\n",
    ),
    "MG109": Explanation(
        "The file does not contain a spec",
        "A spec is a mapping with the keys `name`, `input` and `layers`.",
        "- Flatten\n- Linear: 10\n",
        spec(*MLP),
    ),
    "MG110": Explanation(
        "A key that is not a string",
        "If you mean this key, put it in quotes.",
        spec("Flatten", "Linear: {1: 10}"),
        spec("Flatten", "Linear: {out_features: 10}"),
    ),
    "MG111": Explanation(
        "A number out of range",
        "Whole numbers have at most 64 bits. NaN is not allowed, and infinity only "
        "where a number fills a tensor, as `-.inf` in `masked_fill`.",
        spec("Flatten", "Linear: 99999999999999999999"),
        spec("Flatten", "Linear: 10"),
    ),
}

"""Pools that random specs draw from: layers, functions, blocks, inputs."""

from __future__ import annotations

from typing import Any

import yaml

from mlpgen.functions import FUNCTIONS

Entry = dict[str, Any]
PARAMETERS: dict[str, Any] = {
    "width": 8,
    "depth": 2,
    "fast": True,
    "scale": 0.5,
    "act": "ReLU",
}
OTHERS: dict[str, list[Any]] = {
    "width": [4, 8, 12],
    "depth": [1, 2, 3, 4],
    "fast": [True, False],
    "scale": [0.5, 1.25],
    "act": ["GELU", "PReLU", "Tanh", "Identity"],
}
"""Other values for the parameters."""

BLOCKS: dict[str, Any] = yaml.safe_load(
    """
Residual:
  parameters: {channels: 4, stride: 1}
  layers:
    - Conv2d: {out_channels: "${channels}", kernel_size: 3, stride: "${stride}",
               padding: 1, bias: false}
    - BatchNorm2d
    - ReLU
    - Conv2d: {out_channels: "${channels}", kernel_size: 3, padding: 1, bias: false}
      name: conv2
    - Sequential:
        - Conv2d: {out_channels: "${channels}", kernel_size: 1, stride: "${stride}"}
        - BatchNorm2d
      name: downsample
      from: input
      when: "${stride != 1}"
    - add:
      from: [conv2, downsample]
    - ReLU
Dense:
  parameters: {growth: 2}
  layers:
    - BatchNorm2d
    - Conv2d: {out_channels: "${growth}", kernel_size: 3, padding: 1}
      name: new
    - cat: {dim: 1}
      from: [input, new]
Squeeze:
  parameters: {ratio: 2}
  layers:
    - AdaptiveAvgPool2d: 1
    - Conv2d: {out_channels: "${ratio}", kernel_size: 1}
    - SiLU
    - Conv2d: {out_channels: 4, kernel_size: 1}
    - Sigmoid
      name: gate
    - mul:
      from: [input, gate]
Again:
  layers:
    - Conv2d: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}
    - interpolate: {size: ["${in_height}", "${in_width}"]}
    - add:
      from: [input, interpolate_1]
      when: "${in_height > 2}"
Gather:
  parameters: {features: 8, cut: true}
  layers:
    - cat: {dim: -1}
      name: every
    - Linear: "${features}"
    - slice: {dim: -1, start: "${in_features - 8}"}
      from: every
      name: last
      when: "${cut}"
    - Linear: "${features}"
      name: other
    - add:
      from: [linear_1, other]
Both:
  input: [a, b]
  parameters: {features: 8, joined: true}
  layers:
    - Linear: "${features}"
      from: a
      name: left
    - Linear: "${features}"
      from: b
      name: right
    - add:
      from: [left, right]
      when: "${joined}"
      name: both
    - mul: {other: 0.5}
      from: right
      name: half
  outputs: [both, half]
Mixer:
  parameters: {hidden: 8, heads: 2, p: 0.25, tall: false}
  layers:
    - LayerNorm
    - MultiheadAttention: {num_heads: "${heads}"}
      name: mixed
    - add:
      from: [input, mixed]
      name: middle
    - LayerNorm
    - Linear: "${hidden * 2}"
    - GELU
    - Dropout: "${p}"
    - Linear: 8
      name: fed
    - add:
      from: [middle, fed]
    - mul: "${p}"
      when: "${tall}"
Wide:
  parameters: {features: 8, count: 2}
  layers:
    - Linear: "${features}"
      repeat: "${count}"
    - Tanh
    - Linear: "${features + index}"
      repeat: 3
Stack:
  numbered: true
  parameters: {features: 8, deep: true, count: 1}
  layers:
    - Linear: "${features}"
      when: "${deep}"
    - Tanh
    - Linear: "${features}"
      repeat: "${count}"
      name: fed
    - Sequential:
        - ReLU
        - LayerNorm:
          when: "${deep}"
        - Linear: 8
      numbered: true
Shaped:
  parameters: {act: Tanh, norm: LayerNorm, twice: false}
  layers:
    - "${norm}": {eps: 0.001}
    - Linear: 8
    - "${act}":
      repeat: 2
    - "${act}":
      when: "${twice}"
      name: last
Table:
  parameters: {rows: 4, columns: 8}
  layers:
    - parameter: {shape: ["${rows}", "${columns}"], init: {normal_: {std: 0.5}}}
    - tanh
Nested:
  parameters: {width: 8}
  layers:
    - Wide: {features: "${width}", count: 3}
    - Linear: "${width}"
      name: last
    - Wide: {features: 4}
      from: last
      repeat: 2
    - Linear: "${width}"
      name: back
    - add:
      from: [last, back]
""".replace("- Sigmoid\n      name", "- Sigmoid:\n      name")
)
"""Handwritten blocks; others are drawn."""

ANY = [
    "ReLU",
    "Tanh",
    "GELU",
    "Identity",
    "PReLU",
    {"Dropout": 0.3},
    {"LeakyReLU": 0.2},
    {"Dropout": "${scale}"},
    "LayerNorm",
    {"Softmax": {"dim": -1}},
    {"Linear": 8},
    {"Linear": 8},
    {"Linear": "${width}"},
    {"Linear": {"out_features": "${width * 2}", "bias": False}},
    {"Linear": {"out_features": 4, "bias": "${fast}"}},
    {"Linear": "${index * 2 + 4}"},
    {"add": "${scale}"},
    {"mul": "${width}"},
    {"pad": {"pad": ["${depth - 1}", 0]}},
    {"slice": {"dim": -1, "end": "${width}"}},
    {"slice": {"dim": 1, "start": "${depth - 1}"}},
    {"slice": {"dim": -1, "start": -4, "step": "${depth}"}},
    {"Wide": {"features": "${width}"}},
    {"Wide": {"count": "${depth}"}},
    "${act}",
    {"Shaped": {"act": "${act}"}},
    {"Shaped": {"act": "Tanh", "norm": "RMSNorm", "twice": "${fast}"}},
    {"Shaped": {"norm": "Identity"}},
    {"Nested": None},
    {"Nested": {"width": 4}},
    {"Stack": {"features": "${width}", "deep": "${fast}"}},
    {"Stack": {"count": "${depth}"}},
    {"Stack": {"deep": False, "count": 3}},
    {"Wide": {"features": "${8 + index}"}},
]
LOOKING = {"nhead": 2, "dim_feedforward": 8}
RANKS: dict[int, list[Any]] = {
    0: [{"unsqueeze": 1}, {"unsqueeze": -1}, "Tanh"],
    1: ["BatchNorm1d", {"Unflatten": {"dim": 1, "unflattened_size": [2, -1]}}],
    2: [
        {"LSTM": 8},
        {"LSTM": {"hidden_size": 4, "bidirectional": True}, "select": "last"},
        {"GRU": {"hidden_size": "${width}"}, "select": "last"},
        {"GRU": {"hidden_size": 8, "num_layers": 2}, "select": "hidden"},
        {"MultiheadAttention": {"num_heads": 2}},
        {
            "MultiheadAttention": {"num_heads": 2, "need_weights": True},
            "select": "weights",
        },
        {
            "MultiheadAttention": {
                "num_heads": 2,
                "need_weights": True,
                "average_attn_weights": False,
            },
            "select": "weights",
        },
        {"TransformerEncoder": {**LOOKING, "num_layers": "${depth}", "norm": True}},
        {"TransformerEncoderLayer": {"nhead": 2, "dim_feedforward": 8}},
        {"TransformerEncoderLayer": {**LOOKING, "is_causal": True}},
        {"MultiheadAttention": {"num_heads": 2, "is_causal": True}},
        {"Conv1d": {"out_channels": 6, "kernel_size": 3, "padding": 1}},
        {"chunk": {"chunks": 2, "dim": -1, "names": ["one", "two"]}},
        {"transpose": {"dim0": 1, "dim1": 2}},
        {"Mixer": None},
        {"Mixer": {"heads": 4, "tall": "${fast}"}},
        {"Mixer": {"p": "${scale}"}},
        {"select": {"dim": 1, "index": 0}},
        "Flatten",
        {"mean": 1},
    ],
    3: [
        {"Conv2d": {"out_channels": 4, "kernel_size": 3, "padding": 1}},
        {"Conv2d": {"out_channels": "${width}", "kernel_size": 3, "padding": "same"}},
        {"Conv2d": {"out_channels": "${4 + index}", "kernel_size": 1}},
        {"MaxPool2d": 2},
        {"MaxPool2d": {"kernel_size": 2, "return_indices": True}},
        "BatchNorm2d",
        {"Residual": {"channels": 4}},
        {"Residual": {"channels": "${width}", "stride": 2}},
        {"Dense": None},
        {"Dense": {"growth": "${width}"}},
        {"Dense": {"growth": "${1 + index}"}},
        {"Squeeze": None},
        {"Again": None},
        {"AdaptiveAvgPool2d": 1},
        {"flatten": 2},
        "Flatten",
        {"Dropout2d": 0.2},
    ],
}
JOINS: list[tuple[int, Any]] = [
    *[(2, each) for each in ("add", "mul", "sub", "matmul", "maximum", "eq", "div")],
    *[(2, {"cat": {"dim": dim}}) for dim in (1, 1, -1)],
    (2, {"stack": {"dim": 1}}),
    (3, {"cat": {"dim": 1}}),
    (3, "add"),
    (3, "where"),
    (3, "scaled_dot_product_attention"),
    (3, {"scaled_dot_product_attention": {"dropout_p": "${scale / 2}"}}),
    (3, {"scaled_dot_product_attention": {"enable_gqa": True, "scale": "${scale}"}}),
    (4, {"scaled_dot_product_attention": {"dropout_p": 0.2}}),
    (2, {"Gather": None}),
    (3, {"Gather": {"features": "${width}", "cut": "${fast}"}}),
    (2, {"Both": None}),
    (2, {"Both": {"features": "${width}", "joined": "${fast}"}}),
    (2, {"Both": {"joined": False}}),
    (2, {"Bilinear": 8}),
    (3, "MultiheadAttention"),
    (3, {"MultiheadAttention": {"num_heads": 2}}),
    (2, {"MaxUnpool2d": 2}),
    (2, {"GRU": 8}),
    (2, {"GRU": {"hidden_size": 4, "bidirectional": True}, "select": "hidden"}),
    (3, {"LSTM": "${width}"}),
    (2, {"GRUCell": 8}),
    (3, {"LSTMCell": 8}),
    (2, {"TransformerEncoderLayer": {**LOOKING, "src_key_padding_mask": True}}),
    (2, {"TransformerDecoderLayer": {**LOOKING, "tgt_is_causal": True}}),
    (3, {"TransformerDecoderLayer": {**LOOKING, "memory_mask": True}}),
    (2, "cosine_similarity"),
    (2, "masked_fill"),
]
SEQUENCES: list[tuple[str, Any]] = [
    *[
        ("lengths", {kind: {"hidden_size": 8, "lengths": True, **more}, "select": part})
        for kind, more, part in [
            ("GRU", {}, "output"),
            ("LSTM", {"bidirectional": True}, "hidden"),
            ("RNN", {"bidirectional": True}, "last"),
            ("LSTM", {"num_layers": 2}, "c_n"),
        ]
    ],
    ("mask", {"MultiheadAttention": {"num_heads": 2, "attn_mask": True}}),
    ("mask", {"TransformerEncoderLayer": {**LOOKING, "src_mask": True}}),
    ("mask", {"TransformerEncoder": {**LOOKING, "num_layers": 2, "mask": True}}),
    ("", {"GRU": {"hidden_size": 8, "num_layers": "${depth}"}, "select": "h_n"}),
    ("", {"LSTM": {"hidden_size": 4, "num_layers": 2}, "select": "c_n"}),
]
"""Layers of sequences, and what they take besides."""
UNSAFE = {"Embedding", "one_hot", "gather", "index_select", "einsum", "bernoulli"}
"""Functions with indices (may be too large), with sums in torch's order, or of
probabilities."""
UNARY = [
    yaml.safe_load(cls.example)
    for name, cls in FUNCTIONS.items()
    if cls.arity[0] == 1 and name not in UNSAFE
]
INPUTS: list[tuple[str, Any]] = [
    ("image", [3, 8, 8]),
    ("picture", [4, 6, 6]),
    ("features", [8]),
    ("others", [8]),
    ("sequence", [6, 8]),
    ("memory", [5, 8]),
    ("tokens", {"shape": [6], "dtype": "int64"}),
    ("lengths", {"shape": [1], "dtype": "int64"}),
    ("time", {"shape": [], "dtype": "float32"}),
    ("kind", {"shape": [], "dtype": "int64"}),
]

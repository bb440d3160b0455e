"""The schema of a layer entry: a type with its arguments, and keys beside it."""

from __future__ import annotations

from typing import Any

from mlpgen.catalogue.fields import expected
from mlpgen.functions import FUNCTIONS
from mlpgen.graph.checks.limits import MOST_ROUNDS
from mlpgen.graph.entries.custom import Custom
from mlpgen.graph.entries.parametrize import PARAMETRIZATIONS
from mlpgen.layers import LAYERS
from mlpgen.layers.tensors import Buffer
from mlpgen.schema.arguments import EXPRESSION, arguments
from mlpgen.schema.ignore import REFERENCE
from mlpgen.spec.type_parameters import CLASS_NAME
from mlpgen.spec.types import CUSTOM, FUNCTIONAL, NOT_IN_TORCH, TENSORS

LAYER = "layer"
"""The definition of an entry in a spec without blocks."""
ENTRY = "layer_or_block"
"""The definition of an entry in a spec with blocks, where a type can be a block."""

_NAME = "(_?[A-Za-z]|_[0-9])[A-Za-z0-9_]*"
NAME = f"^{_NAME}$"
"""The pattern of names."""
_KEY = f"({_NAME}|0|[1-9][0-9]*)"
_LAYER = rf"{_NAME}(\.{_KEY})*"
"""A layer, which may be a member of a list or a dictionary."""
_INNER = rf"^{_NAME}(\.{_KEY})*$"
"""A layer, or what it has inside."""
ARGUMENT = "^_?[a-z][a-z0-9_]*$"
"""The pattern of argument names in the generated code."""
FILE = "^[a-z][a-z0-9_]*$"

SOURCE = {"type": "string", "pattern": _INNER}
TYPE = {
    "type": "string",
    "pattern": CLASS_NAME,
    "description": "A type of layer: of torch.nn, or a block of the spec.",
}


def _lists(*items: dict[str, Any]) -> list[dict[str, Any]]:
    """Allow lists of items, and lists of such lists."""
    flat = {"type": "array", "items": {"anyOf": [*items]}, "minItems": 1}
    return [flat, {"type": "array", "items": flat, "minItems": 1}]


_NUMBER: dict[str, Any] = {"type": ["number", "boolean"]}
VALUE: dict[str, Any] = {"anyOf": [_NUMBER, TYPE, EXPRESSION]}
VARIABLE = r"^\$\{ *_?[a-z][a-z0-9_]* *\}$"
"""The pattern of a type that is a parameter."""
PARAMETERS = {
    "propertyNames": {"pattern": ARGUMENT},
    "additionalProperties": {
        "anyOf": [_NUMBER, TYPE, *_lists(_NUMBER)],
    },
}
"""Parameters of the model or a block, with their defaults."""
VALUES = {
    "propertyNames": {"pattern": ARGUMENT},
    "additionalProperties": {"anyOf": [_NUMBER, EXPRESSION]},
}
"""Local values of the model or a block."""

KEYS: dict[str, dict[str, Any]] = {
    "name": {
        "type": "string",
        "pattern": f"^{_LAYER}$",
        "description": "The attribute of the layer in the class, or its place in a "
        "list of the class: `convs.0`. Default: its type and a number.",
    },
    "from": {
        "anyOf": [SOURCE, {"type": "array", "items": SOURCE, "minItems": 1}],
        "description": "Its input: a layer, a part of one (`layer.part`), an input of "
        "the network, or a list of these. Default: the layer before it.",
    },
    "repeat": {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": MOST_ROUNDS},
            EXPRESSION,
        ],
        "description": "How many copies run in a row. `${index}` counts from 0.",
    },
    "when": {
        "anyOf": [{"type": "boolean"}, EXPRESSION],
        "description": "Whether the layer exists. If not, its input passes through.",
    },
    "else": {
        **SOURCE,
        "description": "With `when`: what passes instead of its input if it does not.",
    },
    "share": {
        "type": "string",
        "pattern": _INNER,
        "description": "The layer whose module, or beside a type whose parameters, to "
        "share. With dots, the parameters of a layer inside a block.",
    },
    "select": {
        "type": "string",
        "pattern": NAME,
        "description": "The part of its output that the next layer takes.",
    },
    "init": {
        "$ref": "#/$defs/initial_values",
        "description": "Initial values of its parameters, by name.",
    },
    "parametrize": {
        "enum": list(PARAMETRIZATIONS),
        "description": "A parametrization that computes its weight at each step.",
    },
    "names": {
        "type": "string",
        "pattern": r"\$\{.*\bindex\b.*\}",
        "description": "The names of the rounds, such as `block${index + 1}`. "
        "Default: numbers from 0.",
    },
    "numbered": {
        "type": "boolean",
        "description": "Whether the keys of the layers in a `Sequential` are numbers.",
    },
    "batch_dims": {
        "anyOf": [{"type": "integer", "minimum": 2}, EXPRESSION],
        "description": "How many of the first dimensions count as batch, which is the "
        "first of them.",
    },
    "unused": {
        "type": "boolean",
        "description": "Whether `__init__` makes the layer, but `forward` never calls "
        "it. Its sizes must be given.",
    },
    "ignore": REFERENCE,
}


def types() -> dict[str, dict[str, Any]]:
    """Return the definitions of all types except `Sequential` and blocks."""
    found = {
        name: arguments(catalogue[name], symbolic=True)
        for catalogue in (LAYERS, FUNCTIONS, TENSORS, NOT_IN_TORCH)
        for name in catalogue
    }
    for name in FUNCTIONAL:
        layer = FUNCTIONAL[name].title()
        about = found[layer]["description"]
        found[name] = {"$ref": f"#/$defs/{layer}", "description": about}
    for name in TENSORS:
        field: dict[str, Any] = found[name]["anyOf"][0]["properties"]["init"]
        field["anyOf"] = [{"$ref": "#/$defs/initializer"}, {"type": "null"}]
    buffer: dict[str, Any] = found["buffer"]["anyOf"][0]
    ways = ("shape", "values", "layers")
    buffer["anyOf"] = [{"required": [name]} for name in ways]
    buffer["properties"]["layers"] = {
        "type": "array",
        "items": {"$ref": f"#/$defs/{LAYER}"},
        "minItems": 1,
        "description": expected(Buffer, "layers"),
    }
    custom: dict[str, Any] = Custom.model_json_schema()
    custom.pop("title")
    for field in custom["properties"].values():
        field.pop("title", None)
    found[CUSTOM] = {**custom, "description": "A module of your own."}
    return found


def definitions(names: list[str]) -> dict[str, dict[str, Any]]:
    """Return the definitions of entries in specs with and without blocks."""
    known = [*names, "Sequential"]
    variable = {
        "type": "string",
        "pattern": VARIABLE,
        "description": "A layer whose type is a parameter of the spec.",
    }
    layer = {
        "anyOf": [{"enum": known}, variable, _mapping(names, LAYER), _of_parameter()]
    }
    block = {
        "type": "string",
        "pattern": CLASS_NAME,
        "description": "A block of the spec.",
    }
    entry = {
        "anyOf": [
            {"enum": known},
            block,
            variable,
            _mapping(names, ENTRY),
            _use(known),
            _of_parameter(),
        ],
    }
    return {LAYER: layer, ENTRY: entry, "block_arguments": _block_arguments()}


def _mapping(names: list[str], inner: str) -> dict[str, Any]:
    """Allow one known type with its arguments, and the keys beside it."""
    children = {
        "type": ["array", "object", "null"],
        "items": {"$ref": f"#/$defs/{inner}"},
        "maxProperties": 0,
        "description": "Layers that run one after the other, as one module.",
    }
    options: dict[str, Any] = {name: {"$ref": f"#/$defs/{name}"} for name in names}
    options["Sequential"] = children
    alone = [name for name in options if name not in KEYS]
    both = {
        name: {"anyOf": [KEYS[name], options[name]]} for name in options if name in KEYS
    }
    no_other = {"not": {"anyOf": [{"required": [name]} for name in alone]}}
    functions = [
        {"required": [name], "properties": {name: options[name]}} for name in both
    ]
    without = {**no_other, "anyOf": [*functions, {"required": ["share"]}]}
    return {
        "type": "object",
        "properties": {**options, **KEYS, **both},
        "additionalProperties": False,
        "oneOf": [*({"required": [name]} for name in alone), without],
    }


def _use(known: list[str]) -> dict[str, Any]:
    """Allow a block by any class name, since the schema does not know the names."""
    return {
        "type": "object",
        "properties": KEYS,
        "additionalProperties": {"$ref": "#/$defs/block_arguments"},
        "propertyNames": {
            "anyOf": [
                {"enum": list(KEYS)},
                {"pattern": CLASS_NAME, "not": {"enum": known}},
            ]
        },
        "not": {"propertyNames": {"enum": list(KEYS)}},
    }


def _of_parameter() -> dict[str, Any]:
    """Allow a parameter as the type, with any arguments: those of its value."""
    return {
        "type": "object",
        "properties": KEYS,
        "patternProperties": {VARIABLE: {"description": "Arguments of that type."}},
        "additionalProperties": False,
        "not": {"propertyNames": {"enum": list(KEYS)}},
    }


def _block_arguments() -> dict[str, Any]:
    mapping = {
        "type": "object",
        "propertyNames": {"pattern": ARGUMENT},
        "additionalProperties": {
            "anyOf": [*VALUE["anyOf"], *_lists(_NUMBER, EXPRESSION)]
        },
    }
    return {
        "description": "Values for the parameters of a block.",
        "anyOf": [mapping, *VALUE["anyOf"], {"type": "null"}],
    }

"""One entry of a list of layers: a type with its arguments, and keys beside it."""

from __future__ import annotations

from typing import Any

from mlpgen.functions import FUNCTIONS
from mlpgen.graph.checks.limits import MOST_ROUNDS
from mlpgen.graph.entries.custom import Custom
from mlpgen.graph.entries.parametrize import PARAMETRIZATIONS
from mlpgen.layers import LAYERS
from mlpgen.schema.arguments import EXPRESSION, arguments
from mlpgen.spec.types import CUSTOM, NOT_IN_TORCH, TENSORS

LAYER = "layer"
"""What a list of layers holds where the spec has no blocks of its own."""
ENTRY = "layer_or_block"
"""What it holds where a type may be a block: its name is no mistake."""

_NAME = "(_?[A-Za-z]|_[0-9])[A-Za-z0-9_]*"
NAME = f"^{_NAME}$"
"""What a layer may be called."""
ARGUMENT = "^_?[a-z][a-z0-9_]*$"
"""What an argument in the generated code may be called."""
FILE = "^[a-z][a-z0-9_]*$"
CLASS_NAME = "^[A-Z][A-Za-z0-9]*$"
SOURCE = {"type": "string", "pattern": rf"^{_NAME}(\.{_NAME})?$"}
VALUE: dict[str, Any] = {"anyOf": [{"type": ["number", "boolean"]}, EXPRESSION]}

KEYS: dict[str, dict[str, Any]] = {
    "name": {
        "type": "string",
        "pattern": NAME,
        "description": "The attribute that holds the layer; by default type and "
        "number.",
    },
    "from": {
        "anyOf": [SOURCE, {"type": "array", "items": SOURCE, "minItems": 1}],
        "description": "What it takes: a layer, a part of one (`layer.part`), an "
        "input, or a list of them; by default the layer before it.",
    },
    "repeat": {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": MOST_ROUNDS},
            EXPRESSION,
        ],
        "description": "How many of it run in a row; `${index}` counts them from 0.",
    },
    "when": {
        "anyOf": [{"type": "boolean"}, EXPRESSION],
        "description": "Whether it is there; without it, its input passes through.",
    },
    "share": {
        "type": "string",
        "pattern": NAME,
        "description": "The layer whose module is used again, or whose parameters.",
    },
    "select": {
        "type": "string",
        "pattern": NAME,
        "description": "The part of its result that the next layer takes.",
    },
    "init": {
        "$ref": "#/$defs/initial_values",
        "description": "Initial values of its parameters, by their names.",
    },
    "parametrize": {
        "enum": list(PARAMETRIZATIONS),
        "description": "How its weight is computed from others at each step.",
    },
}


def types() -> dict[str, dict[str, Any]]:
    """Return what may be said of each type, but for `Sequential` and blocks."""
    found = {
        name: arguments(catalogue[name], symbolic=True)
        for catalogue in (LAYERS, FUNCTIONS, TENSORS, NOT_IN_TORCH)
        for name in catalogue
    }
    for name in TENSORS:
        field: dict[str, Any] = found[name]["anyOf"][0]["properties"]["init"]
        field["anyOf"] = [{"$ref": "#/$defs/initializer"}, {"type": "null"}]
    own: dict[str, Any] = Custom.model_json_schema()
    own.pop("title")
    for field in own["properties"].values():
        field.pop("title", None)
    found[CUSTOM] = {**own, "description": "A module that you wrote yourself."}
    return found


def definitions(names: list[str]) -> dict[str, dict[str, Any]]:
    """Return the definitions of entries, with and without blocks."""
    known = [*names, "Sequential"]
    layer = {"anyOf": [{"enum": known}, _mapping(names, LAYER)]}
    block = {
        "type": "string",
        "pattern": CLASS_NAME,
        "description": "A block of the spec.",
    }
    entry = {
        "anyOf": [{"enum": known}, block, _mapping(names, ENTRY), _use(known)],
    }
    return {LAYER: layer, ENTRY: entry, "block_arguments": _block_arguments()}


def _mapping(names: list[str], inner: str) -> dict[str, Any]:
    """Allow one type that is known, with its arguments and what stands beside it."""
    children = {
        "type": ["array", "null"],
        "items": {"$ref": f"#/$defs/{inner}"},
        "description": "Layers that run one after the other, as one layer with a name.",
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
    """Allow the use of a block; of which name, only the spec knows."""
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


def _block_arguments() -> dict[str, Any]:
    mapping = {
        "type": "object",
        "propertyNames": {"pattern": ARGUMENT},
        "additionalProperties": VALUE,
    }
    return {
        "description": "Values for the parameters of a block.",
        "anyOf": [mapping, *VALUE["anyOf"], {"type": "null"}],
    }

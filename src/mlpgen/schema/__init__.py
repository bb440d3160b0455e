"""The JSON Schema of specs, so that editors complete names and underline mistakes."""

from __future__ import annotations

import json
from typing import Any

from mlpgen.initializers import INITIALIZERS
from mlpgen.layers import LAYERS
from mlpgen.schema.arguments import CONSTANTS, EXPRESSIONS, arguments, choice
from mlpgen.schema.entries import (
    ARGUMENT,
    CLASS_NAME,
    ENTRY,
    FILE,
    LAYER,
    definitions,
    types,
)
from mlpgen.schema.training import plain, training
from mlpgen.spec.models import Block, Input, Spec
from mlpgen.spec.types import every_type


def text() -> str:
    """Return the schema as it stands in `schemas/spec.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """Return the schema of a spec, for JSON Schema 2020-12.

    A type that is not known is a mistake, unless the spec has blocks or includes some.
    """
    known = types()
    root = plain(Spec)
    properties: dict[str, Any] = root["properties"]
    properties["name"]["pattern"] = CLASS_NAME
    properties["file"]["pattern"] = FILE
    properties["parameters"]["propertyNames"] = {"pattern": ARGUMENT}
    properties["input"]["anyOf"][1]["propertyNames"] = {"pattern": ARGUMENT}
    properties["include"] |= {"type": ["array", "null"], "items": {"type": "string"}}
    properties["blocks"] |= {
        "propertyNames": {"pattern": CLASS_NAME, "not": {"enum": list(every_type())}},
        "additionalProperties": {"$ref": "#/$defs/block"},
    }
    properties["init"] |= {
        "propertyNames": {"enum": list(LAYERS)},
        "additionalProperties": {"$ref": "#/$defs/fixed_initial_values"},
    }
    properties["training"] = {
        "description": properties["training"].get("description", ""),
        "anyOf": [{"$ref": "#/$defs/training"}, {"type": "null"}],
    }
    found = {
        **known,
        **definitions(list(known)),
        **training(),
        **_initial(),
        "Input": plain(Input),
        "block": _block(),
        "expression": EXPRESSIONS,
        "constant_expression": CONSTANTS,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Written by `mlpgen schema`; `mlpgen check` watches it.",
        "title": "mlpgen spec",
        **root,
        "if": {"anyOf": [{"required": ["blocks"]}, {"required": ["include"]}]},
        "then": _layers(ENTRY),
        "else": _layers(LAYER),
        "$defs": {key: found[key] for key in sorted(found)},
    }


def _layers(entry: str) -> dict[str, Any]:
    return {"properties": {"layers": {"items": {"$ref": f"#/$defs/{entry}"}}}}


def _block() -> dict[str, Any]:
    block = plain(Block)
    properties = block["properties"]
    properties["parameters"]["propertyNames"] = {"pattern": ARGUMENT}
    properties["input"]["items"]["pattern"] = ARGUMENT
    properties["layers"]["items"] = {"$ref": f"#/$defs/{ENTRY}"}
    return block


def _initial() -> dict[str, dict[str, Any]]:
    """Allow initial values: of one layer, and in rules, which know no parameters."""
    found: dict[str, dict[str, Any]] = {}
    for prefix, symbolic in (("", True), ("fixed_", False)):
        found[f"{prefix}initializer"] = choice(
            {
                name: arguments(INITIALIZERS[name], symbolic=symbolic)
                for name in INITIALIZERS
            }
        )
        found[f"{prefix}initial_values"] = {
            "type": "object",
            "additionalProperties": {"$ref": f"#/$defs/{prefix}initializer"},
            "minProperties": 1,
        }
    return found

"""The JSON Schema of specs, so that editors complete names and underline mistakes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlpgen.layers import LAYERS
from mlpgen.layers.base import TORCH_PAGE
from mlpgen.problems import expected
from mlpgen.spec import Spec, Training
from mlpgen.training import LOSSES, OPTIMIZERS, SCHEDULERS

if TYPE_CHECKING:
    from mlpgen.component import Component

EXPRESSION = {
    "type": "string",
    "pattern": r"^\$\{.+\}$",
    "description": "An expression over the parameters of the spec.",
}
NAME = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]*$",
    "description": "The attribute that holds the layer; by default type and number.",
}


def text() -> str:
    """Return the schema as it stands in `schemas/spec.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """Return the schema of a spec, for JSON Schema 2020-12."""
    layers = {name: _arguments(LAYERS[name], symbolic=True) for name in LAYERS}
    root = _plain(Spec)
    properties: dict[str, Any] = root["properties"]
    properties["layers"]["items"] = {"$ref": "#/$defs/layer"}
    properties["parameters"]["propertyNames"] = {"pattern": "^[a-z][a-z0-9_]*$"}
    properties["name"]["pattern"] = "^[A-Z][A-Za-z0-9]*$"
    training = _plain(Training)
    for key, parts in (
        ("loss", LOSSES),
        ("optimizer", OPTIMIZERS),
        ("scheduler", SCHEDULERS),
    ):
        description = training["properties"][key].get("description", "")
        training["properties"][key] = {
            "$ref": f"#/$defs/{key}",
            "description": description,
        }
        root.setdefault("$defs", {})[key] = _choice(
            {name: _arguments(parts[name], symbolic=False) for name in parts}
        )
    root["$defs"]["training"] = training
    properties["training"] = {
        "description": properties["training"].get("description", ""),
        "anyOf": [{"$ref": "#/$defs/training"}, {"type": "null"}],
    }
    root["$defs"]["layer"] = _layer(layers)
    root["$defs"] = {key: root["$defs"][key] for key in sorted(root["$defs"])}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Written by `mlpgen schema`; `mlpgen check` watches it.",
        "title": "mlpgen spec",
        **root,
    }


def _plain(model: Any) -> dict[str, Any]:
    found: dict[str, Any] = model.model_json_schema()
    found.pop("$defs", None)
    found.pop("title", None)
    for each in found["properties"].values():
        each.pop("title", None)
    return found


def _layer(layers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    children = {
        "type": ["array", "null"],
        "items": {"$ref": "#/$defs/layer"},
        "description": "Layers that run one after the other, as one layer with a name.",
    }
    types = {**layers, "Sequential": children}
    found = _choice(types)
    mapping = found["anyOf"][1]
    mapping["oneOf"] = [{"required": [name]} for name in types]
    mapping["properties"] = {**types, "name": NAME}
    mapping.pop("maxProperties")
    return found


def _choice(options: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Allow a name, or a mapping of one name to its arguments."""
    return {
        "anyOf": [
            {"enum": list(options)},
            {
                "type": "object",
                "properties": options,
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    }


def _arguments(cls: type[Component], *, symbolic: bool) -> dict[str, Any]:
    """Allow nothing, one value or a mapping, as a spec writes arguments."""
    own = cls.model_json_schema()
    fields: dict[str, Any] = own.get("properties", {})
    for name, field in fields.items():
        field.pop("title", None)
        field["description"] = expected(cls, name)
        if symbolic and not cls.structural(name):
            about = {
                key: field.pop(key)
                for key in ("default", "description")
                if key in field
            }
            fields[name] = {"anyOf": [_numbers(field), EXPRESSION], **about}
    mapping = {
        "type": "object",
        "properties": fields,
        "additionalProperties": False,
        **({"required": own["required"]} if "required" in own else {}),
    }
    options: list[dict[str, Any]] = [mapping]
    shorthand = cls.shorthand()
    required = own.get("required", [])
    if shorthand and set(required) <= {shorthand}:
        options.append(fields[shorthand])
    if not required:
        options.append({"type": "null"})
    found: dict[str, Any] = {
        "description": (cls.__doc__ or "").strip().split("\n")[0],
        "anyOf": options,
    }
    if symbolic:
        found["description"] += f"\n\n{TORCH_PAGE.format(cls.__name__)}"
    if own.get("$defs"):
        found["$defs"] = own["$defs"]
    return found


def _numbers(field: dict[str, Any]) -> dict[str, Any]:
    """Let lists hold expressions too."""
    if "prefixItems" in field:
        items = [{"anyOf": [each, EXPRESSION]} for each in field["prefixItems"]]
        return {**field, "prefixItems": items}
    if isinstance(field.get("items"), dict):
        return {**field, "items": {"anyOf": [field["items"], EXPRESSION]}}
    if "anyOf" in field:
        return {**field, "anyOf": [_numbers(each) for each in field["anyOf"]]}
    return field

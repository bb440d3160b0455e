"""The arguments of one class, as a spec writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.catalogue.fields import expected
from mlpgen.functions.base import Operation
from mlpgen.layers.base import TORCH_PAGE, Layer

if TYPE_CHECKING:
    from mlpgen.catalogue.component import Component

EXPRESSION = {"$ref": "#/$defs/expression"}
EXPRESSIONS = {
    "type": "string",
    "pattern": r"^\$\{.+\}$",
    "description": "An expression over the parameters of the spec.",
}
CONSTANT = {"$ref": "#/$defs/constant_expression"}
CONSTANTS = {
    "type": "string",
    "pattern": r"^\$\{(?:[^A-Za-z_]|[0-9.]e|\b(?:and|or|not|true|false|if|else)\b)+\}$",
    "description": "An expression of numbers; no parameter can be in it.",
}


def arguments(cls: type[Component], *, symbolic: bool) -> dict[str, Any]:
    """Allow nothing, one value or a mapping, as a spec writes arguments."""
    own = cls.model_json_schema()
    fields: dict[str, Any] = own.get("properties", {})
    for name, field in fields.items():
        field.pop("title", None)
        field["description"] = expected(cls, name)
        if symbolic:
            expression = CONSTANT if cls.structural(name) else EXPRESSION
            about = {
                key: field.pop(key)
                for key in ("default", "description")
                if key in field
            }
            options = [_numbers(field, expression), expression]
            fields[name] = {"anyOf": options, **about}
    mapping = {
        "type": "object",
        "properties": fields,
        "additionalProperties": False,
        **({"required": own["required"]} if "required" in own else {}),
    }
    allowed: list[dict[str, Any]] = [mapping]
    shorthand = cls.shorthand()
    required = own.get("required", [])
    if shorthand and set(required) <= {shorthand}:
        allowed.append(fields[shorthand])
    if not required:
        allowed.append({"type": "null"})
    description = (cls.__doc__ or "").strip().split("\n")[0]
    if issubclass(cls, Layer):
        description += f"\n\n{documented(cls)}"
    return {"description": description, "anyOf": allowed}


def documented(cls: type[Component]) -> str:
    """Return where a layer or a function is documented."""
    if issubclass(cls, Operation):
        return cls.torch_page()
    return cls.page or TORCH_PAGE.format(cls.__name__)


def choice(options: dict[str, dict[str, Any]]) -> dict[str, Any]:
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


def _numbers(field: dict[str, Any], expression: dict[str, Any]) -> dict[str, Any]:
    """Let lists hold expressions too."""
    if "prefixItems" in field:
        items = [{"anyOf": [each, expression]} for each in field["prefixItems"]]
        return {**field, "prefixItems": items}
    if isinstance(field.get("items"), dict):
        return {**field, "items": {"anyOf": [field["items"], expression]}}
    if "anyOf" in field:
        return {
            **field,
            "anyOf": [_numbers(each, expression) for each in field["anyOf"]],
        }
    return field

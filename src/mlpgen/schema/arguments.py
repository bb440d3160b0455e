"""The schema of the arguments of one class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.catalogue.fields import expected
from mlpgen.functions.base import Operation
from mlpgen.layers.base import TORCH_PAGE, Layer
from mlpgen.symbols.expression_syntax import FUNCTIONS

if TYPE_CHECKING:
    from mlpgen.catalogue.component import Component

EXPRESSION = {"$ref": "#/$defs/expression"}
EXPRESSIONS = {
    "type": "string",
    "pattern": r"^\$\{.+\}$",
    "description": "An expression with parameters of the spec.",
}
_WORDS = ("and", "or", "not", "true", "false", "if", "else", *FUNCTIONS)
CONSTANT = {"$ref": "#/$defs/constant_expression"}
CONSTANTS = {
    "type": "string",
    "pattern": rf"^\$\{{(?:[^A-Za-z_]|[0-9.]e|\b(?:{'|'.join(_WORDS)})\b)+\}}$",
    "description": "An expression without parameters.",
}


def arguments(cls: type[Component], *, symbolic: bool) -> dict[str, Any]:
    """Allow the arguments of a class: nothing, one value, or a mapping."""
    found = cls.model_json_schema()
    fields: dict[str, Any] = found.get("properties", {})
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
        **({"required": found["required"]} if "required" in found else {}),
    }
    allowed: list[dict[str, Any]] = [mapping]
    shorthand = cls.shorthand()
    required = found.get("required", [])
    if shorthand and set(required) <= {shorthand}:
        allowed.append(fields[shorthand])
    if not required:
        allowed.append({"type": "null"})
    description = (cls.__doc__ or "").strip().split("\n")[0]
    if issubclass(cls, Layer):
        description += f"\n\n{documented(cls)}"
    return {"description": description, "anyOf": allowed}


def documented(cls: type[Component]) -> str:
    """Return the documentation URL of a layer or function."""
    if issubclass(cls, Operation):
        return cls.torch_page()
    return cls.page or TORCH_PAGE.format(cls.__name__)


def choice(options: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Allow a name, or a mapping from one name to its arguments."""
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
    """Allow expressions inside lists too."""
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

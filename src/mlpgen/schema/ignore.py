"""The schema of `ignore`: codes of warnings and hints."""

from __future__ import annotations

from typing import Any

_CODE = {"type": "string", "pattern": "^MG[2-6][0-9]{2}$"}
IGNORE: dict[str, Any] = {
    "anyOf": [_CODE, {"type": "array", "items": _CODE, "minItems": 1}],
    "description": "Codes of warnings and hints that are not shown for what is here.",
}
REFERENCE = {"$ref": "#/$defs/ignore"}

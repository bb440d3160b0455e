"""Diagnostics as SARIF: what the standard requires, and what readers use."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from mlpgen.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Place, Span
from mlpgen.diagnostics.renderers import sarif
from mlpgen.diagnostics.renderers.sarif_log import uri
from mlpgen.lints.pages import EVERY_PAGE

POSITIVE = {"type": "integer", "minimum": 1}
TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}},
    "additionalProperties": False,
}
FILE = {
    "type": "object",
    "properties": {"uri": {"type": "string", "pattern": r"^[!#-;=?-\[\]_a-z~%]*$"}},
    "additionalProperties": False,
}
REGION = {
    "type": "object",
    "properties": dict.fromkeys(
        ("startLine", "startColumn", "endLine", "endColumn"), POSITIVE
    ),
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "message": TEXT,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {"artifactLocation": FILE, "region": REGION},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
REPLACEMENT = {
    "type": "object",
    "required": ["deletedRegion"],
    "properties": {"deletedRegion": REGION, "insertedContent": TEXT},
    "additionalProperties": False,
}
CHANGE = {
    "type": "object",
    "required": ["artifactLocation", "replacements"],
    "properties": {
        "artifactLocation": FILE,
        "replacements": {"type": "array", "minItems": 1, "items": REPLACEMENT},
    },
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION},
        "relatedLocations": {"type": "array", "uniqueItems": True, "items": LOCATION},
        "fixes": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["artifactChanges"],
                "properties": {
                    "description": TEXT,
                    "artifactChanges": {
                        "type": "array",
                        "minItems": 1,
                        "items": CHANGE,
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
    },
    "additionalProperties": False,
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "rules": {"type": "array", "uniqueItems": True, "items": RULE},
    },
    "additionalProperties": False,
}
RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {
            "type": "object",
            "required": ["driver"],
            "properties": {"driver": DRIVER},
            "additionalProperties": False,
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
    "additionalProperties": False,
}
"""What the schema of SARIF 2.1.0 says about the properties that mlpgen writes."""

PLACE = Place("specs/a b.yaml", Span(3, 5, 3, 9), "  - Liner: 10")
FIX = Fix("insert", "specs/a b.yaml", (Edit(Span(3, 5, 3, 5), "x"),))
MISTAKE = Diagnostic(
    "MG207",
    "there is no layer `Liner`",
    PLACE,
    ("a note",),
    "did you mean `Linear`?",
    labels=(Label(PLACE, "here"), Label(PLACE, "and there")),
    fix=FIX,
)
FOUND = [
    MISTAKE,
    Diagnostic("MG001", "there is no file", None),
    MISTAKE._replace(code="MG214", warning=True),
    MISTAKE._replace(code="MG581", warning=True, hint=True, labels=(), fix=None),
    MISTAKE,
]


def log(found: list[Diagnostic]) -> dict[str, Any]:
    """Return the run of the log, which is valid."""
    read = json.loads(sarif(found, EVERY_PAGE, "1.2.3"))
    jsonschema_rs.validate(SCHEMA, read)
    (run,) = read["runs"]
    assert isinstance(run, dict)
    return run


def test_an_empty_log_is_valid() -> None:
    assert log([])["results"] == []


def test_each_result_names_its_rule() -> None:
    run = log(FOUND)
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["MG001", "MG207", "MG214", "MG581"]
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]


def test_a_rule_has_its_page() -> None:
    rule = log([MISTAKE])["tool"]["driver"]["rules"][0]
    page = EVERY_PAGE["MG207"]
    assert rule["shortDescription"]["text"] == page.title
    assert rule["help"]["text"] == page.text
    assert page.wrong in rule["help"]["markdown"]


def test_levels() -> None:
    levels = [each["level"] for each in log(FOUND)["results"]]
    assert levels == ["error", "error", "warning", "note", "error"]


def test_a_result_is_whole() -> None:
    region = {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}
    where = {"artifactLocation": {"uri": "specs/a%20b.yaml"}, "region": region}
    insertion = {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 5}
    run = log([MISTAKE])
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == [
        {
            "ruleId": "MG207",
            "ruleIndex": 0,
            "level": "error",
            "message": {
                "text": "there is no layer `Liner`\nnote: a note\n"
                "help: did you mean `Linear`?"
            },
            "locations": [{"physicalLocation": where}],
            "relatedLocations": [
                {"id": 1, "physicalLocation": where, "message": {"text": "here"}},
                {"id": 2, "physicalLocation": where, "message": {"text": "and there"}},
            ],
            "fixes": [
                {
                    "description": {"text": "insert"},
                    "artifactChanges": [
                        {
                            "artifactLocation": {"uri": "specs/a%20b.yaml"},
                            "replacements": [
                                {
                                    "deletedRegion": insertion,
                                    "insertedContent": {"text": "x"},
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("specs/a.yaml", "specs/a.yaml"),
        ("a b:ü.yaml", "a%20b%3A%C3%BC.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("../x.yaml", "../x.yaml"),
        ("/specs/x y.yaml", "file:///specs/x%20y.yaml"),
        ("C:/specs/x.yaml", "file:///C:/specs/x.yaml"),
        ("\udcff.yaml", "%3F.yaml"),
    ],
)
def test_paths_are_uris(path: str, expected: str) -> None:
    assert uri(path) == expected

"""Specs are untrusted: no text of a spec becomes code."""

from __future__ import annotations

import ast
import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen import SpecError, api

from .networks import network
from .test_data import spec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.exhaustive

WORDS = [
    'x"); __import__("os").system("true") #',
    '"""\nimport os\n"""',
    "a\\",
    "\nimport os\n",
    "\u2028import os\r",
    "{{ 7 * 7 }}{% raw %}{0}{x}%s",
    '\'+__import__("os").name+\'"+__import__("os").name+"',
    "\n```\n# %%\nimport os\n%%bash\ntrue",
]
OTHERS: list[dict[str, Any]] = [
    {
        "name": "Own",
        "file": "own_net",
        "description": "A network.",
        "parameters": {"width": 4},
        "input": {"image": [4], "more": {"shape": [4], "dtype": "float32"}},
        "blocks": {
            "Inner": {
                "description": "A block.",
                "parameters": {"size": 4},
                "input": ["one", "two"],
                "layers": [
                    {"Linear": "${size}", "name": "a", "from": "one"},
                    {"add": None, "from": ["a", "two"], "name": "b"},
                ],
                "outputs": ["b"],
            }
        },
        "layers": [
            {
                "custom": {
                    "path": "own.py",
                    "class": "Gate",
                    "arguments": {"text": "a", "more": ["b", 1]},
                    "output": "same",
                },
                "from": "image",
                "name": "gate",
            },
            {"Inner": {"size": "${width}"}, "from": ["gate", "more"], "name": "inner"},
            {"chunk": {"chunks": 2, "dim": -1, "names": ["p", "q"]}, "name": "parts"},
            {"einsum": "bi,bi->bi", "from": ["parts.p", "parts.q"]},
            {"Linear": 3, "init": {"weight": "zeros_", "bias": {"normal_": None}}},
            {"Linear": 3, "parametrize": "weight_norm", "when": "${width > 2}"},
            {"share": "inner", "from": ["gate", "more"]},
        ],
        "init": {"Linear": {"weight": "ones_"}},
        "style": "explicit",
    },
    {
        "name": "Images",
        "input": [3, 16, 16],
        "layers": [
            {
                "Conv2d": {
                    "out_channels": 4,
                    "kernel_size": 3,
                    "padding": "same",
                    "padding_mode": "reflect",
                }
            },
            {"Upsample": {"scale_factor": 2, "mode": "nearest"}},
            {"interpolate": {"scale_factor": 2, "mode": "nearest"}},
            {"GELU": {"approximate": "tanh"}},
            "Flatten",
            {"Linear": 10},
        ],
    },
]
KINDS = ("csv", "npz", "text", "module")
EVERY = {kind: spec_of(kind) for kind in KINDS} | {"own": OTHERS[0], "more": OTHERS[1]}
FREE: dict[str, set[Any]] = {
    "csv": {"csv", "target"},
    "npz": {"npz"},
    "text": {"text"},
    "module": set(),
    "own": {"description", "text", 0},
    "more": set(),
}
"""Where any word is allowed; other places refuse it."""
Step = tuple[str, Any]


def words(raw: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Yield every string of a spec: values and keys."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield (*path, ("key", key))
            yield from words(value, (*path, ("value", key)))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from words(value, (*path, ("value", index)))
    elif isinstance(raw, str):
        yield path


def changed(raw: Any, path: tuple[Step, ...], change: Callable[[str], str]) -> Any:
    raw = inner = copy.deepcopy(raw)
    *before, (kind, last) = path
    for _, key in before:
        inner = inner[key]
    if kind == "value":
        inner[last] = change(inner[last])
    else:
        pairs = [(change(k) if k == last else k, v) for k, v in inner.items()]
        inner.clear()
        inner.update(pairs)
    return raw


def code(spec: dict[str, Any]) -> dict[str, str]:
    """Return the code of a spec, with empty strings."""
    loaded = network(spec)
    texts = dict(api.render(loaded))
    (notebook,) = api.render(loaded, notebook=True).values()
    cells = json.loads(notebook)["cells"]
    texts["cells"] = "\n".join(
        "".join(each["source"]) for each in cells if each["cell_type"] == "code"
    )
    return {file: _without_strings(text) for file, text in texts.items()}


def _without_strings(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("kind", EVERY)
def test_no_text_of_a_spec_becomes_code(kind: str) -> None:
    """A word that is not refused changes only strings."""
    spec = EVERY[kind]
    plain: dict[object, dict[str, str]] = {}
    accepted = set()
    for path in words(spec):
        for word in WORDS:
            hostile = changed(spec, path, lambda old, word=word: old + word)
            try:
                network(hostile)
            except SpecError:
                continue
            accepted.add(path[-1][1])
            if path not in plain:
                plain[path] = code(changed(spec, path, lambda _: "plain words"))
            assert code(hostile) == plain[path], (path, word)
    assert accepted == FREE[kind]

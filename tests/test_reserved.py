"""Reserved names are the names that templates of scripts and notebooks use."""

from __future__ import annotations

import ast
import builtins
import keyword
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlpgen import api
from mlpgen.names.identifiers import wrong_class_name, wrong_import
from mlpgen.names.reserved.scripts import WORDS
from mlpgen.output.ipynb import plain

from .networks import network
from .shared_modules import SHARED
from .template_names import FILE, UPDATE, written
from .test_expert_code import SCRIPTS, trained

if TYPE_CHECKING:
    from collections.abc import Iterator


def top_level(text: str) -> Iterator[str]:
    """Yield the names that a module defines and imports."""
    yield from of_body(ast.parse(text).body)


def of_body(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.If):  # what is imported for types
            yield from of_body(node.body)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((e.asname or e.name).split(".")[0] for e in node.names)
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target)
        elif isinstance(node, ast.Assign):
            yield from map(ast.unparse, node.targets)


def test_words_are_those_of_the_templates() -> None:
    if os.environ.get("MLPGEN_UPDATE"):
        FILE.write_text(written(), "utf-8")
    assert FILE.read_text("utf-8") == written(), f"run: {UPDATE}"


@pytest.mark.parametrize("path", [*SHARED.glob("*.py")], ids=lambda path: path.stem)
@pytest.mark.thinned(12)
def test_a_block_may_have_the_name_of_what_is_shared(path: Path) -> None:
    """A notebook has both: definitions of shared modules are renamed."""
    found = sorted({*top_level(path.read_text("utf-8"))})
    names = [
        each for each in found if not each.islower() and not wrong_class_name(each)
    ]
    spec = {
        "name": "Tried",
        "input": [1, 28, 28],
        "blocks": {name: {"layers": [{"Linear": 10}]} for name in names},
        "layers": ["Flatten", {"Linear": 10}, *({name: None} for name in names)],
        "training": {
            "data": "mnist",
            "loss": "CrossEntropyLoss",
            "optimizer": "SGD",
        },
    }
    made = api.render(network(spec), "explicit", notebook=True)["tried.ipynb"]
    text = plain(Path("tried.ipynb"), made)
    compile(text, "tried", "exec")
    counts = Counter(top_level(text))
    for name in names:
        assert counts[name] == 1
        assert f"class {name}(nn.Module):" in text


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_all_that_a_notebook_defines_is_a_word(step: int) -> None:
    for layers, training in SCRIPTS[::step]:
        net = network(trained(layers, training))
        made = api.render(net, "explicit", notebook=True)["tried.ipynb"]
        found = {*top_level(plain(Path("tried.ipynb"), made))} - {"Tried"}
        lower = {name for name in found if name.islower()}
        free = {name for name in lower if not wrong_import(name)}
        assert free <= {"model", "x"} | {*net.graph.outputs, "logits"}


def test_only_code_counts() -> None:
    """Docstrings, comments, Markdown, attributes, arguments and Jinja do not count."""
    for name in ("Train", "Update", "Return", "GradScaler", "lr", "endif", "recipe"):
        assert name not in WORDS
    for name in ("A", "B", "MnistMLP", "Net", "Block", "Downsample", "ResNet"):
        assert not wrong_class_name(name)
    for name in ("Data", "Run", "WeightAverage", "Tensor"):
        assert wrong_class_name(name)
        assert name in WORDS


def test_words_are_names() -> None:
    assert all(each.isidentifier() for each in WORDS)
    assert {"train_epoch", "evaluate", "args", "features", "data_mnist"} <= WORDS
    known = {*dir(builtins), *keyword.kwlist}
    assert len(WORDS - known) > 200

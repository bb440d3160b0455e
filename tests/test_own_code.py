"""Modules of the user that are wrong: a line with the place, and exit code 2."""

from __future__ import annotations

import csv
import runpy
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen import api

from .networks import network
from .shared_modules import imported_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")
OWN = {"path": "my_losses.py"}
SPEC: dict[str, Any] = {
    "name": "Tried",
    "input": [2],
    "layers": [
        {"custom": {"path": "my_layers.py", "class": "Mine", "output": [4]}},
        {"Linear": 1},
    ],
    "training": {
        "data": {"csv": "table.csv", "target": "c"},
        "loss": {"custom": OWN | {"function": "my_loss", "targets": "numbers"}},
        "metrics": [{"custom": OWN | {"function": "my_metric"}}, "mae"],
        "optimizer": "Adam",
        "epochs": 1,
        "batch_size": 8,
    },
}
LAYERS = """
import sys
from torch import nn

class Mine(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 4)

    def forward(self, x):
        return self.linear(x)
"""
LOSSES = """
import sys
class Odd(BaseException): pass
def my_loss(output, targets):
    return (output - targets).square().mean()
def my_metric(output, targets):
    return (output - targets).abs().mean()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Render the scripts beside a table."""
    made = tmp_path_factory.mktemp("own")
    for name, text in api.render(network(SPEC), "explicit").items():
        (made / name).write_text(text, encoding="utf-8")
    rows = [f"{i * 7 % 11},{i * 3 % 5},{i * i % 13}" for i in range(40)]
    (made / "table.csv").write_text("\n".join(["a,b,c", *rows, ""]))
    with pytest.MonkeyPatch.context() as patch, imported_from(made):
        patch.setattr(sys, "dont_write_bytecode", True)
        yield made


@pytest.fixture
def call(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[Any, str]]:
    """Return what runs a script with some modules of the user."""

    def run(*args: str, kind: str = "train", **texts: str | None) -> tuple[Any, str]:
        for name, text in ({"my_layers": LAYERS, "my_losses": LOSSES} | texts).items():
            path = folder / f"{name}.py"
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text)
        for name in ("my_layers", "my_losses", "tried"):
            sys.modules.pop(name, None)
        given = ("--data-dir", ".", "--out", str(tmp_path / "run"), "--threads", "1")
        with pytest.MonkeyPatch.context() as patch:
            more = given if kind == "train" else ()
            patch.setattr(sys, "argv", [f"{kind}_tried.py", *more, *args])
            patch.chdir(folder)
            code: Any = 0
            try:
                runpy.run_path(f"{kind}_tried.py", run_name="__main__")
            except SystemExit as error:
                code = error.code
        return code, capsys.readouterr().err

    return run


def at(text: str, line: str) -> tuple[str, int]:
    """Put a line before the first `return` of a text; return also its number."""
    before, _, after = text.partition(
        "        return" if "nn." in text else "    return"
    )
    indent = "        " if "nn." in text else "    "
    changed = f"{before}{indent}{line}\n{indent}return{after}"
    return changed, before.count("\n") + 1


IMPORTED = {
    "gone": (None, "{file} is not there: the spec names it"),
    "a syntax error": ("x = 1\ndef (:\n", "{file}, line 2: SyntaxError: "),
    "an error": ("\n1 / 0\n", "{file}, line 2: ZeroDivisionError: division by zero"),
    "an end": ("import sys\nsys.exit(0)\n", "{file}, line 2: SystemExit: 0"),
    "another package": ("import not_there\n", "{file}, line 1: ModuleNotFoundError: "),
    "an odd error": (
        "class Odd(BaseException): pass\nraise Odd('x')\n",
        "{file}, line 2: Odd: x",
    ),
    "another name": ("other = 1\n", "ImportError: cannot import name '"),
}


@pytest.mark.parametrize("kind", ["train", "predict"])
@pytest.mark.parametrize("module", ["my_layers", "my_losses"])
@pytest.mark.parametrize("name", IMPORTED)
def test_a_module_that_cannot_be_imported(
    name: str,
    module: str,
    kind: str,
    folder: Path,
    call: Callable[..., tuple[Any, str]],
) -> None:
    text, says = IMPORTED[name]
    code, said = call("--help", kind=kind, **{module: text})
    assert code == 2 and said.count("\n") == 1
    assert said.startswith(f"error: {says.format(file=folder / f'{module}.py')}")
    assert module in said


RUN = {
    "sys.exit(0)": "SystemExit: 0",
    "raise ValueError('no')": "ValueError: no",
    "raise type('Odd', (BaseException,), {})('no')": "Odd: no",
}


@pytest.mark.parametrize("module", ["my_layers", "my_losses"])
@pytest.mark.parametrize("line", RUN)
def test_a_function_that_fails(
    line: str, module: str, folder: Path, call: Callable[..., tuple[Any, str]]
) -> None:
    """Also one that ends the program, as if all were well."""
    text, number = at(LAYERS if module == "my_layers" else LOSSES, line)
    code, said = call(**{module: text})
    place = f"error: {folder / f'{module}.py'}, line {number}: {RUN[line]}"
    assert code == 2 and place in said and "Traceback" not in said


@pytest.mark.parametrize("value", ["1j", "(output - targets).mean() + 0j"])
def test_complex_numbers_are_called_so(
    value: str, call: Callable[..., tuple[Any, str]]
) -> None:
    text, _ = at(LOSSES, f"return {value}")
    code, said = call(my_losses=text)
    assert code == 2
    assert "my_loss must return a tensor, not complex numbers" in said


def test_what_is_written_in_place_is_a_copy(
    call: Callable[..., tuple[Any, str]], tmp_path: Path
) -> None:
    """The metrics of others and the data stay as they are."""
    writes = LOSSES
    for value in ("square()", "abs()"):
        before = f"    return (output - targets).{value}.mean()"
        now = f"    found = (output - targets).{value}.mean()\n    targets.zero_()"
        writes = writes.replace(
            before, f"{now}\n    output.data.zero_()\n    return found"
        )
    assert writes.count("zero_") == 4
    found = []
    for number, text in enumerate((LOSSES, writes)):
        out = tmp_path / str(number)
        assert call("--epochs", "3", "--out", str(out), my_losses=text) == (0, "")
        with (out / "metrics.csv").open(newline="") as file:
            rows = [*csv.DictReader(file)]
        found.append([{**row, "seconds": ""} for row in rows])
    assert found[0] == found[1]


def test_a_layer_that_writes_into_its_input_changes_no_data(
    call: Callable[..., tuple[Any, str]], tmp_path: Path
) -> None:
    lines = ("found = self.linear(x)", "if not self.training:", "    x.zero_()")
    body = "".join(f"        {line}\n" for line in (*lines, "return found"))
    writes = LAYERS.replace("        return self.linear(x)\n", body)
    assert "zero_" in writes
    found = []
    for number, text in enumerate((LAYERS, writes)):
        out = tmp_path / str(number)
        assert call("--epochs", "3", "--out", str(out), my_layers=text) == (0, "")
        with (out / "metrics.csv").open(newline="") as file:
            rows = [*csv.DictReader(file)]
        found.append([{**row, "seconds": ""} for row in rows])
    assert found[0] == found[1]

"""Consent: what a spec or a project ignores, what is strict, and when hints are shown.

The rules in the examples are about two linear layers in a row (MG501) and a parameter
that nothing uses (MG214).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import mlpgen
from mlpgen import api
from mlpgen.cli import run
from mlpgen.diagnostics.codes import WARNINGS
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.lints.catalogue import RULES
from mlpgen.lints.codes import codes
from mlpgen.project.settings import Lint, settings

from ..networks import network_of

ROOT = Path(__file__).parent.parent.parent
TWO = """\
name: Net
input: [64]
layers:
  - Linear: 32
  - Linear: 32
  - ReLU
  - Linear: 32
  - Linear: 32
"""


def found(text: str, **values: object) -> list[tuple[str, int]]:
    """Return the codes of all warnings and hints, each with its line."""
    network = network_of(text, **values)
    every = [*network.warnings, *api.lint(network)]
    return sorted((each.code, each.place.span.line) for each in every if each.place)


def entry(spec: str, line: int, *more: str) -> str:
    """Add lines to the entry in a line of a spec, below its type."""
    lines = spec.splitlines()
    lines[line - 1 : line] = [lines[line - 1], *(f"    {each}" for each in more)]
    return "\n".join(lines) + "\n"


def test_without_ignore_both_are_found() -> None:
    assert found(TWO) == [("MG501", 5), ("MG501", 8)]


@pytest.mark.parametrize("written", ["MG501", "[MG501]", "\n      - MG501"])
def test_of_an_entry(written: str) -> None:
    (left,) = found(entry(TWO, 5, f"ignore: {written}"))
    assert left[0] == "MG501" and left[1] > 8


def test_of_a_flow_entry() -> None:
    text = TWO.replace("Linear: 32\n  - ReLU", "{Linear: 32, ignore: MG501}\n  - ReLU")
    assert found(text) == [("MG501", 8)]


@pytest.mark.parametrize("at", ["end", "front"])
def test_of_the_spec(at: str) -> None:
    line = "ignore: MG501\n"
    assert found(TWO + line if at == "end" else line + TWO) == []


def test_of_a_container_and_what_is_in_it() -> None:
    text = """\
name: Net
input: [64]
layers:
  - Sequential:
      - Linear: 32
      - Linear: 32
    ignore: MG501
  - ReLU
  - Linear: 32
    repeat: 3
    ignore: MG501
  - ReLU
  - Linear: 32
  - Linear: 32
"""
    assert found(text) == [("MG501", 14)]


BLOCK = """\
name: Net
input: [64]
blocks:
  Two:
    parameters: {size: 32, other: 1}
    layers:
      - Linear: "${size}"
      - Linear: "${size}"
layers:
  - Two: {size: 32}
  - ReLU
  - Two: {size: 16}
"""


def test_of_a_block_also_of_what_points_at_its_parameters() -> None:
    assert found(BLOCK) == [("MG214", 5), ("MG501", 8)]
    inside = BLOCK.replace("    layers:", "    ignore: [MG501, MG214]\n    layers:", 1)
    assert found(inside) == []


def test_of_a_use_is_not_for_what_the_block_says() -> None:
    text = BLOCK.replace("{size: 16}", "{size: 16}\n    ignore: MG501")
    assert found(text) == [("MG214", 5), ("MG501", 8), ("MG590", 13)]


def test_of_a_block_that_nothing_uses_at_its_name() -> None:
    text = BLOCK.replace("Two: {", "Linear: #").replace("#", "32 #")
    assert ("MG227", 4) in found(text)
    inside = text.replace("    layers:", "    ignore: MG227\n    layers:", 1)
    assert ("MG227", 4) not in found(inside)


TRAINED = """\
training:
  data: mnist
  loss: CrossEntropyLoss
  optimizer: SGD
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("optimizer: SGD", "optimizer: {SGD: , ignore: MG214}"),
        ("optimizer: SGD", "optimizer: SGD\n  scheduler: {StepLR: 5, ignore: MG214}"),
        ("loss: CrossEntropyLoss", "loss: {CrossEntropyLoss: , ignore: MG214}"),
        (
            "optimizer: SGD",
            "optimizer:\n    SGD: {lr: 0.1}\n"
            "    groups: [{parameters: linear_1, lr: 1.0, ignore: MG214}]",
        ),
        ("optimizer: SGD", "optimizer: SGD\n  ignore: [MG214]"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("style", api.STYLES)
def test_it_changes_nothing_that_is_rendered(old: str, new: str, style: str) -> None:
    text = TWO.replace("[64]", "[1, 28, 28]").replace("layers:", "layers:\n  - Flatten")
    text = text.replace("Linear: 32\n", "Linear: 10\n") + TRAINED
    plain = text.replace(old, re.sub(r",? *ignore: \[?MG214\]?", "", new))
    said = text.replace(old, new)
    said = entry(
        said.replace("name: Net", "name: Net\nignore: MG214"), 6, "ignore: MG214"
    )
    assert "ignore" in said and "ignore" not in plain
    assert api.render(network_of(said), style) == api.render(network_of(plain), style)


def test_in_files_that_are_included(tmp_path: Path) -> None:
    block = BLOCK.partition("blocks:")[2].partition("layers:\n  - Two")[0]
    main = "name: Net\ninput: [64]\ninclude: [two.yaml]\nlayers: [Two]\n"
    (tmp_path / "net.yaml").write_text(main)

    def left() -> list[str]:
        network = mlpgen.load(tmp_path / "net.yaml")
        return [each.code for each in (*network.warnings, *mlpgen.lint(network))]

    for before, codes_left in (
        ("", ["MG214", "MG501"]),
        ("ignore: [MG501, MG306]\n", ["MG214"]),  # another spec may need the second
    ):
        (tmp_path / "two.yaml").write_text(f"{before}blocks:{block}")
        assert left() == codes_left
    (tmp_path / "two.yaml").write_text(f"blocks:{block}")
    (tmp_path / "net.yaml").write_text(f"{main}ignore: [MG214, MG501]\n")
    assert left() == []


def test_mistakes_stay_and_warnings_beside_them_are_ignored() -> None:
    text = TWO.replace("[64]", "[64]\nparameters: {unused: 1}\nignore: MG214")
    with pytest.raises(SpecError) as error:
        network_of(text + "  - Linaer: 3\n")
    assert [each.code for each in error.value.diagnostics] == ["MG207"]


UNNEEDED = [
    ("of nothing that is there", TWO + "ignore: [MG501, MG306]\n", [9]),
    ("twice", entry(TWO, 5, "ignore: MG501") + "ignore: [MG501, MG501]\n", [10]),
    (
        "around others that say it",
        entry(entry(TWO, 8, "ignore: MG501"), 5, "ignore: MG501") + "ignore: MG501\n",
        [11],
    ),
    ("of itself", TWO + "ignore: [MG501, MG590, MG306]\n", []),
    (
        "where a layer is left out",
        TWO.replace("[64]", "[64]\nparameters: {wide: false}")
        + '  - Linear: 8\n    when: "${wide}"\nignore: [MG501, MG306]\n',
        [],
    ),
    (
        "where another layer is left out",
        entry(TWO, 4, "ignore: MG501").replace(
            "[64]", "[64]\nparameters: {wide: false}"
        )
        + '  - Linear: 8\n    when: "${wide}"\nignore: MG501\n',
        [6],
    ),
]


@pytest.mark.parametrize("case", UNNEEDED, ids=[each[0] for each in UNNEEDED])
def test_what_is_not_needed_is_a_hint(case: tuple[str, str, list[int]]) -> None:
    _, text, lines = case
    assert found(text) == [("MG590", line) for line in lines]
    (*_, last) = [*api.lint(network_of(text)), None]
    assert last is None or last.hint


def test_it_may_be_needed_for_the_defaults() -> None:
    text = TWO.replace("[64]", "[64]\nparameters: {size: 32}")
    text = text.replace("Linear: 32", 'Linear: "${size}"') + "ignore: [MG501, MG306]\n"
    assert found(text) == [("MG590", 10)]
    assert found(text, size=1) == []


def test_every_warning_of_the_tests_can_be_ignored() -> None:
    texts = [path.read_text() for path in (ROOT / "tests/diagnostics").glob("*.txt")]
    warned = {*re.findall(r"warning\[(MG\d+)\]", "\n".join(texts))}
    assert warned <= {*codes().warnings}
    of_rules = {each.code for each in RULES}
    assert {*WARNINGS} - warned - of_rules == {"MG229", "MG606"}  # in other tests


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with a spec of two warnings, a hint, and no settings."""
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(TWO + "ignore: MG306\n")
    return tmp_path


def severities(
    capsys: pytest.CaptureFixture[str], *flags: str
) -> tuple[int, list[str]]:
    """Return the exit code of `validate`, and how severe what it finds is."""
    code = run(["validate", "net.yaml", "--format", "json", *flags])
    found = json.loads(capsys.readouterr().out)
    return code, [each["severity"] for each in found]


WARNED = ["warning", "warning"]


@pytest.mark.parametrize(
    ("table", "flags", "code", "wanted"),
    [
        ("", [], 0, WARNED),
        ("", ["--hints"], 0, [*WARNED, "hint"]),
        ("", ["--strict"], 2, ["error", "error"]),
        ("", ["--strict", "--hints"], 2, ["error", "error", "hint"]),
        ("hints = true", [], 0, [*WARNED, "hint"]),
        ("hints = true", ["--no-hints"], 0, WARNED),
        ("strict = true", [], 2, ["error", "error"]),
        ("strict = true", ["--no-strict"], 0, WARNED),
        ('ignore = ["MG501"]', ["--strict", "--hints"], 0, ["hint"]),
        ('ignore = ["MG501", "MG590"]', ["--strict", "--hints"], 0, []),
    ],
)
def test_settings_and_flags(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    table: str,
    flags: list[str],
    code: int,
    wanted: list[str],
) -> None:
    Path("pyproject.toml").write_text(f"[tool.mlpgen.lint]\n{table}\n")
    assert severities(capsys, *flags) == (code, wanted)


def test_settings_are_read() -> None:
    assert settings().lint == Lint()


def test_the_last_line_counts(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = {
        (): "1 spec: no mistakes, 2 warnings\n1 hint hidden: `--hints`\n",
        ("--hints",): "1 spec: no mistakes, 2 warnings, 1 hint\n",
        ("--strict", "--hints"): "2 warnings are mistakes, since `strict` is set\n",
    }
    for flags, wanted in lines.items():
        run(["validate", "net.yaml", *flags])
        assert capsys.readouterr().out == wanted


@pytest.mark.parametrize(
    "command", [["render"], ["show"], ["validate"], ["render", "--stdout"]]
)
def test_where_warnings_are_shown_faults_of_design_are(
    project: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    for table, count in (("", 2), ('ignore = ["MG501"]', 0)):
        Path("pyproject.toml").write_text(f"[tool.mlpgen.lint]\n{table}\n")
        assert run([*command, "net.yaml"]) == 0
        said = capsys.readouterr().err
        assert said.count("warning[MG501]") == count
        assert "hint[" not in said

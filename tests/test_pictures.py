"""`mlpgen show` for networks with blocks, and its diagrams.

`MLPGEN_UPDATE=1 pytest tests/test_pictures.py` rewrites the diagrams in `pictures/`;
read the diff.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

import pytest

from mlpgen import api, cli
from mlpgen.changes.totals import sums
from mlpgen.pictures import dot, mermaid
from mlpgen.pictures.diagram import Diagram, boxes, diagram
from mlpgen.pictures.json_data import data
from mlpgen.pictures.layer_text import argument_texts
from mlpgen.pictures.layer_views import ALL, layer_views
from mlpgen.pictures.table import MOST_ROWS
from mlpgen.pictures.table import table as printed
from mlpgen.pictures.table_rows import Row, rows
from tests import processes
from tests.networks import network

FOLDER = Path(__file__).parent / "pictures"
SPECS = [
    "tiny_resnet",
    "small_unet",
    "several_inputs",
    "odd_blocks",
    "two_inputs",
    "rounds",
]
WRITERS = {"mmd": mermaid.text, "dot": dot.text}
HAS_DOT = shutil.which("dot") is not None

HOSTILE = '</svg>"];\\N \\" &lt; #quot; `x` %%{init}%% \u202e\x1b[31m\U0001f600'


def path(name: str) -> Path:
    return FOLDER / f"{name}.yaml"


def table(name: str, depth: int | None = None) -> dict[str, Row]:
    return {row.name: row for row in rows(api.load(path(name)).graph, depth)}


def drawn(name: str, depth: int | None = None) -> Diagram:
    return diagram(api.load(path(name)).graph, depth)


def run(*args: str, **env: str) -> processes.Done:
    out, err = StringIO(), StringIO()
    with (
        chdir(FOLDER),
        patch.dict(os.environ, env),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = cli.run(["show", *args])
    return processes.Done(code, out.getvalue(), err.getvalue())


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("depth", [None, ALL])
@pytest.mark.parametrize("name", SPECS)
def test_diagrams(name: str, depth: int | None, format: str) -> None:
    golden = FOLDER / f"{name}{'-all' if depth else ''}.{format}"
    text = WRITERS[format](drawn(name, depth))
    if os.environ.get("MLPGEN_UPDATE"):
        golden.write_text(text, encoding="utf-8", newline="\n")
    wanted = golden.read_text(encoding="utf-8") if golden.exists() else ""
    assert text == wanted, "MLPGEN_UPDATE=1 pytest accepts the new diagram"


def test_blocks_and_repeats_are_one_row() -> None:
    found = table("tiny_resnet")
    assert "conv1" not in found
    layer1 = found["layer1 (3 ×)"]
    assert (layer1.type, layer1.parameters) == ("BasicBlock", "14,016")
    assert layer1.arguments == "in_channels=16, channels=16"


def test_depth() -> None:
    graph = api.load(path("tiny_resnet")).graph
    counts = [len(rows(graph, depth)) for depth in (0, 1, 2, 3, ALL)]
    assert counts == [1, 9, 25, 27, 27]
    found = table("tiny_resnet", ALL)
    assert found["layer1 (3 ×)"].parameters == "3 × 4,672"
    assert found["layer2"].parameters == ""
    assert found["add_1"].note == "from bn2, downsample"


def test_a_long_table_says_how_many_rows_it_leaves_out() -> None:
    layers = ["Tanh"] * (MOST_ROWS + 1000)
    graph = network({"name": "Long", "input": [4], "layers": layers}).graph
    made = printed(graph)
    *shown, left_out, total = made.columns[0].cells
    assert len(shown) == MOST_ROWS
    assert left_out == "… and 1,001 more rows"
    assert total == "total"


def test_conditions_are_shown() -> None:
    notes = [
        row.note
        for row in rows(api.load(path("tiny_resnet")).graph, 2)
        if row.name == "downsample"
    ]
    assert notes == [
        "from input; left out unless stride != 1",
        "from input; when stride != 1",
    ]


def test_inputs_parts_and_shared_layers() -> None:
    found = table("several_inputs")
    assert found["tokens"].output == ("(N, 32) int64",)
    assert found["embedded"].note == "from tokens"
    assert found["read"].output == ("(N, 32, 16)", "last (N, 16)")
    assert found["bias"].output == ("(1, 16)",)
    again = found["again"]
    assert (again.note, again.parameters) == ("module of word", "0")
    assert (found["deeper"].active, found["deeper"].parameters) == (False, "")
    assert table("small_unet")["up1"].note == "from up2, down1.skip"


@pytest.mark.parametrize("name", SPECS)
def test_counts_of_all_layers_are_the_totals(name: str) -> None:
    graph = api.load(path(name)).graph
    for depth in (1, None):
        found = rows(graph, depth)
        numbers = [int(row.parameters.replace(",", "") or 0) for row in found]
        assert sum(numbers) == graph.total_parameters
    totals = sums(graph).values()
    assert sum(each.parameters for each in totals) == graph.total_parameters
    assert sum(each.multiply_adds for each in totals) == graph.total_multiply_adds


def _repeated(layer: dict[str, Any]) -> dict[str, Any]:
    spec = {"name": "Net", "input": [3, 32, 32], "layers": [{**layer, "repeat": 4}]}
    return data(network(spec).graph)


def test_rounds_that_differ() -> None:
    conv = {"out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1}
    found = _repeated({"Conv2d": conv})
    (layer,) = found["layers"]
    assert (layer["repeat"], layer["rounds_differ"]) == (4, True)
    first, others = layer["layers"]
    assert (others["name"], others["repeat"]) == ("1–3", 3)
    parts = first["multiply_adds"] + others["multiply_adds"]
    assert layer["multiply_adds"] == parts == found["multiply_adds"]


def test_json() -> None:
    found = json.loads(run("small_unet.yaml", "--format", "json").stdout)
    assert found["input"] == [1, 64, 64]
    assert found["inputs"] == {"input": {"shape": [1, 64, 64], "dtype": "float32"}}
    by_name = {layer["name"]: layer for layer in found["layers"]}
    assert by_name["up1"]["from"] == ["up2", "down1.skip"]
    down = by_name["down1"]
    assert down["outputs"] == ["pooled", "skip"]
    assert down["parts"]["skip"] == {"shape": [16, 64, 64], "dtype": "float32"}
    assert [layer["type"] for layer in down["layers"]][-1] == "MaxPool2d"
    assert sum(each["parameters"] for each in found["layers"]) == found["parameters"]

    found = json.loads(run("tiny_resnet.yaml", "--format", "json").stdout)
    repeated = found["layers"][3]
    assert (repeated["repeat"], repeated["rounds_differ"]) == (3, False)
    inner = repeated["layers"]
    assert 3 * sum(each["parameters"] for each in inner) == repeated["parameters"]
    downsample = inner[5]
    assert (downsample["when"], downsample["active"]) == ("stride != 1", False)

    found = json.loads(run("several_inputs.yaml", "--format", "json").stdout)
    assert found["inputs"]["tokens"] == {"shape": [32], "dtype": "int64"}
    by_name = {layer["name"]: layer for layer in found["layers"]}
    assert by_name["again"]["module_of"] == "word"
    shallow = run("tiny_resnet.yaml", "--format", "json", "--depth", "1").stdout
    assert all("layers" not in each for each in json.loads(shallow)["layers"])


def test_what_differs_in_rounds_is_said() -> None:
    found = table("rounds")
    growing = found["growing (4 ×)"]
    assert growing.arguments == "in_features=8…24, out_features=8…32"
    assert growing.output == ("(N, 8) … (N, 32)",)
    halving = found["halving (3 ×)"]
    assert halving.arguments == "in_features=32/64/32, out_features=64/32/16"
    assert found["dropped (3 ×)"].arguments == "p=0/0.1/0.2"
    assert found["same (2 ×)"].note == "parametrize: weight_norm"
    assert found["last"].note == "parametrize: spectral_norm"
    inner = table("rounds", ALL)["1–3 (3 ×)"]
    assert inner.output == ("(N, 16) … (N, 32)",)


def test_a_default_in_some_rounds_is_said() -> None:
    """What is left out of the code of a round is a value as any other."""
    layers: list[Any] = [
        {"Linear": {"out_features": 4, "bias": "${index == 2}"}, "repeat": 3},
        {"Dropout": "${0.5 if index == 1 else 0.1}", "repeat": 2},
    ]
    views = layer_views(network({"name": "Net", "input": [4], "layers": layers}).graph)
    texts = [argument_texts(view) for view in views]
    assert texts[0]["bias"] == "False/False/True"
    assert texts[1]["p"] == "0.1/0.5"


def _joined(lines: list[str]) -> set[tuple[str, str]]:
    """Return pairs of connected layers in a diagram, by name."""
    names: dict[str, list[str]] = {}
    found = set()
    for line in lines:
        if box := re.match(r'\s+(n\d+)(?: \[label=|[\[({]+)"([^"]*)"', line):
            words = re.split(r"<br/>|\\n", box[2])
            names[box[1]] = [each.partition(":")[0] for each in words if each[0] != "("]
        elif arrow := re.match(r"\s+(n\d+) (?:-->|->).* ?(n\d+)", line):
            found.add((names[arrow[1]][-1], names[arrow[2]][0]))
    return found


def test_arrows_end_where_the_spec_says() -> None:
    graph = api.load(path("two_inputs")).graph
    wanted = {
        (source.partition(".")[0], node.name)
        for node in graph.nodes
        for source in node.sources
    }
    wanted.remove(("apart", "dropout_1"))  # they are in one box
    for write in WRITERS.values():
        assert _joined(write(drawn("two_inputs", 1)).splitlines()) == wanted


def test_every_arrow_joins_two_boxes() -> None:
    for name in SPECS:
        for depth in (0, 1, 2, None, ALL):
            found = drawn(name, depth)
            ids = [box.id for box in boxes(found.items)]
            assert len(set(ids)) == len(ids)
            ends = {end for each in found.arrows for end in (each.tail, each.head)}
            assert ends <= set(ids)
            assert depth == 0 or any(box.returned for box in boxes(found.items))


def _hostile() -> Diagram:
    spec = {
        "name": "Net",
        "description": HOSTILE,
        "input": {"end": [4], "graph": [4]},
        "layers": [{"add": None, "name": "subgraph", "from": ["end", "graph"]}],
    }
    return diagram(network(spec).graph)


def test_hostile_names_are_escaped() -> None:
    text = mermaid.text(_hostile())
    assert len(text.splitlines()) == 11
    assert json.loads(text.splitlines()[1].removeprefix("title: "))
    for bad in ("\x1b", "\u202e"):
        assert bad not in text
        assert bad not in dot.text(_hostile())
    for word in ("\\", '"', "]", "<b>", "#quot;", "`x`", "|", "&amp;", "%%{"):
        assert re.fullmatch(r"[\w .,:;()#+-]*", mermaid.quoted(word)[1:-1])
        inner = dot.quoted(word)[1:-1]
        assert re.fullmatch(r'(\\\\|\\"|[^\\"])*', inner)
    assert mermaid.quoted("a", "b") == '"a<br/>b"'
    assert dot.quoted("a\\N", "&lt;") == r'"a\\N\n&amp;lt;"'


@pytest.mark.skipif(not HAS_DOT, reason="Graphviz is not there")
def test_hostile_words_in_a_picture() -> None:
    root = ElementTree.fromstring(dot.svg(_hostile()))
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    shown = " ".join(word or "" for word in words)
    assert "</svg>" in shown.replace("\xa0", " ")
    assert "&lt; #quot; `x` %%{init}%%" in shown.replace("\xa0", " ")


@pytest.mark.skipif(not HAS_DOT, reason="Graphviz is not there")
@pytest.mark.parametrize("depth", ["0", "1", "all"])
def test_svg(depth: str) -> None:
    done = run("small_unet.yaml", "--format", "svg", "--depth", depth)
    assert (done.returncode, done.stderr) == (0, "")
    assert ElementTree.fromstring(done.stdout).tag.endswith("svg")


def test_without_graphviz(tmp_path: Path) -> None:
    done = run("small_unet.yaml", "--format", "svg", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "graphviz.org/download" in done.stderr
    assert "--format dot" in done.stderr
    assert run("small_unet.yaml", "--format", "dot", PATH=str(tmp_path)).stdout


def test_compare() -> None:
    args = ("tiny_resnet.yaml", "--compare", "small_unet.yaml")
    shown = run(*args).stdout
    assert "2.33 ×" in shown
    found = json.loads(run(*args, "--format", "json").stdout)
    assert found["names"] == ["TinyResNet", "SmallUNet"]
    first, second = found["types"]["Conv2d"]
    assert (first["layers"], second["layers"]) == (10, 8)
    assert [each["parameters"] for each in found["totals"]] == [29338, 68308]
    itself = run("small_unet.yaml", "--set", "width=32", "--compare", "small_unet.yaml")
    assert (itself.returncode, "3.9" in itself.stdout) == (0, False)


@pytest.mark.parametrize(
    "args",
    [
        ("--depth", "-1"),
        ("--depth", "some"),
        ("--depth", "²"),
        ("--format", "png"),
        ("--compare", "missing.yaml"),
        ("--compare", "small_unet.yaml", "--format", "dot"),
        ("--compare", "small_unet.yaml", "--depth", "2"),
    ],
)
def test_wrong_usage(args: tuple[str, ...]) -> None:
    assert run("tiny_resnet.yaml", *args).returncode == 2


def test_mistakes_of_a_diagram_are_text(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: 3\n", encoding="utf-8")
    done = run(str(wrong), "--format", "mermaid")
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[MG203]" in done.stderr


def test_torch_is_never_imported() -> None:
    code = (
        "import sys; from mlpgen.cli import run; "
        "codes = [run(['show', 'small_unet.yaml', '--format', each]) "
        "for each in ('text', 'json', 'mermaid', 'dot')]; "
        "assert codes == [0] * 4; assert 'torch' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER, check=True, capture_output=True
    )


def test_initial_values_are_shown(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    init = "{weight: {normal_: {std: 0.1}}, bias: zeros_}"
    spec.write_text(
        "name: Net\ninput: [8]\nlayers:\n"
        "  - parameter: {shape: [8], init: {normal_: {std: 0.5}}}\n    name: p\n"
        f"  - Linear: 8\n    from: input\n    init: {init}\n"
        "  - add:\n    from: [linear_1, p]\n"
    )
    found = {row.name: row for row in rows(api.load(spec).graph, None)}
    assert found["p"].arguments == "shape=[8], init={normal_: {std: 0.5}}"
    assert found["linear_1"].note == "from input; weight by normal_; bias by zeros_"


def test_a_stage_of_one_round() -> None:
    """If a parameter is their number, there may be no round after the first."""
    layers = [{"Linear": 8, "repeat": "${depth}"}]
    loaded = network(
        {
            "name": "OneRound",
            "input": [8],
            "blocks": {"Stage": {"parameters": {"depth": 2}, "layers": layers}},
            "layers": [{"Stage": 1}],
        }
    )
    found = data(loaded.graph, ALL)
    assert found["parameters"] == 72
    (stage,) = found["layers"]
    assert stage["parameters"] == 72
    (row,) = stage["layers"]
    assert row["parameters"] == 72
    assert "repeat" not in row
    assert [each.parameters for each in rows(loaded.graph, ALL)] == ["", "", "72"]

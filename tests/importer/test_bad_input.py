"""What cannot be imported is said in a line, with its place; nothing is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlpgen.cli import run
from mlpgen.importer import session

from .forked import Forked, start_server

BAD = Path(__file__).parent / "bad.py"
LINES = BAD.read_text("utf-8").splitlines()


def line_of(text: str) -> int:
    """Return the only line of `bad.py` with a text."""
    (found,) = [number for number, each in enumerate(LINES, 1) if text in each]
    return found


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_server()
    (tmp_path / "bad.py").write_text(BAD.read_text("utf-8"), "utf-8")
    (tmp_path / "syntax.py").write_text("x = 1\ndef f(:\n", "utf-8")
    (tmp_path / "notes.txt").write_text("no code", "utf-8")
    (tmp_path / "there.yaml").write_text("mine", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session.subprocess, "Popen", Forked)


def said(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    """Import with `--out net.yaml`; return the exit code and what is said."""
    before = {path.name for path in Path.cwd().iterdir()}
    code = run(["import", *args, *([] if "--out" in args else ["--out", "net.yaml"])])
    out, err = capsys.readouterr()
    after = {path.name for path in Path.cwd().iterdir()} - {"__pycache__"}
    assert out == ""
    assert after == before
    assert "Traceback" not in err
    return code, re.sub(r"\s+", " ", err)


MESSAGES = {
    # name of the model and its input, what is said
    "an absent name": ("bad.py:Nett", "4", "`bad.py` has no `Nett`; it has `Net`"),
    "an absent file": ("worse.py:Net", "4", "there is no file `worse.py`"),
    "an absent module": ("no_such_pkg:Net", "4", "there is no module `no_such_pkg`"),
    "no Python": ("notes.txt:Net", "4", "there is no module `notes`"),
    "not even a name": ("bad.py", "4", "`bad.py` names no model: expected net.py:Net"),
    "wrong syntax": ("syntax.py:f", "4", "syntax.py:2: the model fails: SyntaxError"),
    "missing arguments": (
        "bad.py:Net",
        "4",
        "`bad.py:Net` cannot be called so: missing a required argument: 'width'; it "
        "takes `(width: 'int', depth: 'int' = 1) -> 'None'`, as --arguments "
        "'{\"width\": null}'",
    ),
    "a number": ("bad.py:WIDTH", "4", "`bad.py:WIDTH` is no class or function"),
    "no module": (
        "bad.py:no_model",
        "4",
        "`bad.py:no_model` returns no module but `int`",
    ),
    "its own mistake": (
        "bad.py:broken",
        "4",
        f"bad.py:{line_of('.missing')}: the model fails: AttributeError: 'Net' object "
        "has no attribute 'missing'",
    ),
    "its own error": (
        "bad.py:Failing",
        "4",
        f"bad.py:{line_of('no weights.bin')}: the model fails: FileNotFoundError: no "
        "weights.bin",
    ),
    "an input that does not fit": (
        "bad.py:Picky",
        "3",
        f"bad.py:{line_of('picky')}: the model fails: "
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 10x2)",
    ),
    "an input that is missing": (
        "bad.py:Masked",
        "4",
        "`forward` of `Masked` cannot be called so: missing a required argument: "
        "'mask'",
    ),
    "an input of another name": (
        "bad.py:Picky",
        "image=10",
        "`forward` of `Picky` cannot be called so",
    ),
    "a question": (
        "bad.py:Asking",
        "4",
        f"bad.py:{line_of('Download')}: the model fails: EOFError",
    ),
    "an exit": (
        "bad.py:Leaving",
        "4",
        f"bad.py:{line_of('sys.exit')}: the model ends the process (`sys.exit(3)`)",
    ),
    "a hard exit": (
        "bad.py:Dying",
        "4",
        "the model ended its process with code 7: out of licences",
    ),
    "a choice by values": (
        "bad.py:Choosing",
        "4",
        f"bad.py:{line_of('if x.sum()')}: the code depends on the values of a tensor "
        "what is in a class of its own can be kept as it is: --custom CLASS",
    ),
    "a choice in a class": (
        "bad.py:Mixed",
        "4",
        f"bad.py:{line_of('if x.sum()')}: the code depends on the values of a tensor "
        "to keep `Choosing` as it is, and have a spec of all others: mlpgen import "
        "bad.py:Mixed --input 4 --out net.yaml --custom Choosing",
    ),
    "an unknown function": (
        "bad.py:Mixed",
        "4,4",
        f"bad.py:{line_of('svdvals')}: no spec can say this, in `last`: "
        "`linalg.svdvals`: the language of specs has no such function to keep "
        "`Singular` as it is, and have a spec of all others: mlpgen import "
        "bad.py:Mixed --input 4,4 --out net.yaml --custom Singular",
    ),
    "memory that is shared": (
        "bad.py:Viewing",
        "4",
        f"bad.py:{line_of('return view')}: a tensor was changed through another one",
    ),
    "quantised numbers": (
        "bad.py:Quantised",
        "4",
        f"bad.py:{line_of('self.quantised(x)')}: no spec can say this",
    ),
    "a loop over examples": (
        "bad.py:Counting",
        "4",
        f"bad.py:{line_of('range(x.shape[0])') + 1}: the code does something else for "
        "another batch size",
    ),
    "modules in modules in modules": (
        "bad.py:Nested",
        "4",
        "modules are too deep in each other for a spec",
    ),
    "numbers of numpy": (
        "bad.py:Untraceable",
        "4",
        f"bad.py:{line_of('from_numpy')}: the code depends on the values of a tensor",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_it_is_said_in_a_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    target, sizes, message = MESSAGES[case]
    code, text = said(capsys, target, "--input", sizes)
    assert message in text
    assert code == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--input", "3x32x32"], "`3x32x32` is no shape: expected 3,224,224"),
        (["--input", "-3,4"], "`-3,4` is no shape"),
        (["--input", "0,4"], "`0,4` is no shape"),
        (["--input", "complex64:3"], "`complex64:3` is no shape"),
        (["--input", "x=4", "--input", "x=4"], "the input `x` is there twice"),
        ([], "expected --input (or else --example)"),
        (["--input", "4", "--arguments", "{width: 4}"], "this is no JSON"),
        (["--input", "4", "--arguments", "[4]"], "expected {name: value, …}"),
        (
            ["--input", "4", "--name", "my net"],
            "`my net` cannot be the name of a class",
        ),
        (["--input", "4", "--timeout", "0"], "0 is not in the range"),
        (["--input", "4", "--out", "there.yaml"], "`there.yaml` already exists"),
        (["--input", "4", "--weights", "there.yaml"], "`there.yaml` already exists"),
        (
            ["--input", "4", "--weights", "w.bin"],
            "expected .safetensors, .pt or .pth, not `w.bin`",
        ),
        (["--input", "4", "--weights", "none/w.pt"], "there is no folder `none`"),
        (
            ["--input", "4", "--name", "Tensor"],
            "`Tensor` cannot be the name of a class: Python or the generated code",
        ),
    ],
)
def test_no_process_starts_for(
    args: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(session.subprocess, "Popen")
    code, text = said(capsys, "bad.py:Picky", *args)
    assert message in text
    assert code == 2
    assert Path("there.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Chosing", "no module of a class `Chosing`; it has `Choosing`"),
        ("Mixed", "`Mixed` is the whole model: a spec needs layers around"),
        ("Linear", "a spec cannot import `Linear`: `torch` is a module that torch"),
        ("Inner", "a spec cannot import `Inner`: `bad` has no such name"),
        ("Made", "`Made` cannot be `custom`: it is made with `by`, which is no number"),
        ("Pairs", "`Pairs` cannot be `custom`: it returns more than a tensor"),
        ("Summed", "`Summed` cannot be `custom`: its result has no batch"),
        ("Scaled", "`Scaled` cannot be `custom`: it is called with more than tensors"),
    ],
)
def test_classes_that_cannot_stay(
    name: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = "bad.py:Mixed" if name in ("Chosing", "Mixed") else "bad.py:Odd"
    code, text = said(capsys, target, "--input", "4", "--custom", name)
    assert message in text
    assert code == 2


def test_a_class_stays_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What generated code imports is the author's file, so it has another name."""
    Path("mixed.py").write_text(BAD.read_text("utf-8"), "utf-8")
    args = ["--input", "4", "--custom", "Choosing", "--out", "net.yaml"]
    assert run(["import", "mixed.py:Mixed", *args]) == 0
    text = Path("net.yaml").read_text("utf-8")
    assert text.startswith("name: Mixed\nfile: mixed_model\n")
    custom = "- custom: {path: mixed.py, class: Choosing, parameters: 20"
    assert custom in text
    told = capsys.readouterr().err
    assert "Error" not in told
    assert "copy `mixed.py` beside the generated code: `file` in the spec" in told


@pytest.mark.parametrize(
    ("given", "said"),
    [("1,4", "4"), ("2,3,8,8", "3,8,8"), ("x=int64:1,7", "x=int64:7")],
)
def test_an_input_with_the_batch_is_told(
    given: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "bad.py:Asking", "--input", given]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f"if its first size is the batch, write {said}" in told


def test_a_model_that_takes_too_long_is_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, text = said(capsys, "bad.py:Sleeping", "--input", "4", "--timeout", "1")
    assert "the model takes longer than 1 s: see --timeout" in text
    assert code == 2


def test_a_class_with_a_taken_name_gets_another_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["import", "bad.py:Data", "--input", "4"]) == 0
    assert capsys.readouterr().out.startswith("name: DataModel\n")


def test_initial_values_that_are_lost_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Those that no function of `torch.nn.init` gives."""
    assert run(["import", "bad.py:Data", "--input", "4"]) == 0
    out, err = capsys.readouterr()
    said = re.sub(r"\s+", " ", err)
    assert "note no rule of the spec says those of `scale`, `one.weight` cert" in said
    assert "init: {weight: kaiming_uniform_, bias: {uniform_: {a: -3, b: 7}}}" in out


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Sampling", "also without dropout: the model does something else there"),
        ("Dropping", "it drops at the rates 0.2 and 0.4, the spec at 0.4"),
    ],
)
def test_what_only_training_does_is_not_proved(
    name: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys, f"bad.py:{name}", "--input", "5,8")
    assert "outputs in training failed" in text
    assert why in text
    assert code == 1


def test_a_library_of_python_is_not_the_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, text = said(capsys, "bad.py:Parsing", "--input", "4")
    place = f"bad.py:{line_of('json.loads')}"
    assert f"{place}: the model fails: JSONDecodeError" in text
    assert code == 2


def test_what_a_model_prints_is_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "bad.py:Talking", "--input", "4"]) == 0
    assert capsys.readouterr().out.startswith("name: Talking\n")


def test_a_gradient_of_its_own_is_not_proved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, text = said(capsys, "bad.py:Rounds", "--input", "4")
    assert "gradients of all parameters failed" in text
    place = f"bad.py:{line_of('class Rounded')}"
    own = rf"`Rounded` \(\S*{place}\) has a gradient of its own; "
    assert re.search(f"{own}--custom Rounding keeps its class", text)
    assert "not proved equal: no spec is written" in text
    assert code == 1
    args = ["import", "bad.py:Rounds", "--input", "4"]
    assert run([*args, "--unproved"]) == 0
    assert capsys.readouterr().out.startswith("name: Rounds\n")
    assert run([*args, "--custom", "Rounding"]) == 0
    assert "class: Rounding" in capsys.readouterr().out


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="it needs Linux")
def test_weights_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("bad.py:Picky", "--input", "10", "--weights", "/proc/self/w.safetensors")
    code, text = said(capsys, *args)
    assert "cannot be written" in text
    assert code == 2


def test_a_process_of_its_own_imports_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    args = ["--input", "10", "--out", "net.yaml", "--weights", "w.safetensors"]
    assert run(["import", "bad.py:Picky", *args]) == 0
    assert Path("net.yaml").read_text("utf-8").startswith("name: Picky\n")
    header = Path("w.safetensors").read_bytes()[8:]
    assert header.startswith(b'{"fc.weight": {"dtype": "F32", "shape": [2, 10]')


def test_without_torch_it_says_what_to_install(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    absent = tmp_path / "absent" / "torch"
    absent.mkdir(parents=True)
    error = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    (absent / "__init__.py").write_text(error, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(absent.parent))
    code, text = said(capsys, "bad.py:Picky", "--input", "10")
    assert "`import` needs torch: pip install torch" in text
    assert code == 2


def test_what_prove_finds_is_not_proved(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def certify(_session: object, _claimed: object) -> list[session.Check]:
        return [
            session.Check("state", "holds", "2 keys"),
            session.Check("layers", "fails", "`fc` is (N, 2), not (N, 3)"),
        ]

    monkeypatch.setattr(session.Session, "certify", certify)
    args = ("bad.py:Picky", "--input", "10")
    code, text = said(capsys, *args)
    assert "certificate of `prove` failed `layers` fails: `fc` is (N, 2)" in text
    assert code == 1
    assert run(["import", *args, "--no-certificate"]) == 0
    assert "certificate" not in capsys.readouterr().err

"""`mlpgen prove`: it passes, and it finds damage that was done by hand."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from mlpgen import api
from mlpgen.cli import run
from mlpgen.proof.certificate import Certificate, Check
from mlpgen.proof.checks import main
from mlpgen.proof.checks.constructor_arguments import other_arguments
from mlpgen.proof.checks.errors import UnsupportedError
from mlpgen.proof.checks.module_calls import refuse_if_torch_does
from mlpgen.proof.checks.subject import Subject, load
from mlpgen.proof.claims import claims
from mlpgen.proof.index_limits import index_limits
from mlpgen.proof.job import Job, job
from mlpgen.proof.prove import prove as proved

from . import processes
from .networks import module, network

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.proof.claims import Claims, FullShape

ROOT = Path(__file__).parent.parent
SMALL = """\
name: Small
input: [2, 6, 6]
layers:
  - Conv2d: {out_channels: 4, kernel_size: 3, padding: 1}
  - ReLU
  - Flatten
  - Linear: 8
    name: hidden
  - Tanh
  - Linear: 3
    name: logits
"""
NORMALIZED = """\
name: Normalized
input: [5]
layers: [{Linear: 4}, BatchNorm1d, Softsign, {Linear: 3}]
"""
DEEP = """\
name: Deep
input: [5]
layers:
  - Sequential: [{Linear: 4}, ReLU]
    name: first
  - Linear: 3
    name: graph
"""


def prove(
    *args: str, cwd: Path, seconds: float = 300, **env: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlpgen", "prove", *args]
    environment = {**os.environ, **env}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("small", SMALL), ("normalized", NORMALIZED), ("deep", DEEP)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def statuses(certificate: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["status"] for each in certificate["checks"]}


UNSUPPORTED = {
    ("gru_tagger", "compile"),
    ("lrcn", "compile"),
    ("lstm_classifier", "compile"),
    ("lstm_classifier", "export"),
    ("lstm_classifier", "meta"),
    ("mnist_lstm", "compile"),
    ("mnist_mlp_batchnorm_dropout", "batch of one"),
    ("variational_autoencoder", "examples"),
}
"""Features that torch does not support in them."""


SPECS = sorted([*(ROOT / "specs").glob("*.yaml"), *(ROOT / "specs/zoo").glob("*.yaml")])
GROUPS = 4
"""As many processes import torch for all of them."""


@pytest.mark.exhaustive
@pytest.mark.proof
@pytest.mark.parametrize("group", range(GROUPS))
def test_the_specs_of_the_repository(group: int) -> None:
    """Everything that mlpgen predicts holds."""
    paths = SPECS[group::GROUPS]
    args = (*map(str, paths), "--timeout", "600", "--format", "json")
    done = prove(*args, cwd=ROOT, seconds=1200)
    assert (done.returncode, done.stderr) == (0, "")
    found = {each["spec"]: each for each in json.loads(done.stdout)}
    assert [*found] == [*map(str, paths)]
    assert all(each["proved"] for each in found.values())
    refused = {
        (Path(spec).stem, name)
        for spec, each in found.items()
        for name, status in statuses(each).items()
        if status != "holds"
    }
    names = {path.stem for path in paths}
    assert refused == {each for each in UNSUPPORTED if each[0] in names}


COMMAND = """
import sys
from mlpgen.cli import run
code = run(sys.argv[1:])
assert "torch" not in sys.modules
sys.exit(code)
"""
ENDED = """\
name: Ended
input: [5]
layers: [{custom: {path: ending.py, class: Own}}]
"""


def test_certificates(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is printed as soon as it is there, also those behind a process that ends.

    Torch is imported beside mlpgen, and never by it.
    """
    (folder / "ended.yaml").write_text(ENDED, encoding="utf-8")
    (folder / "ending.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    specs = ["ended.yaml", "small.yaml", "normalized.yaml"]
    command = [sys.executable, "-c", COMMAND, "prove", *specs]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        ended = [*itertools.takewhile(str.strip, process.stdout)]
        first, *lines = itertools.takewhile(str.strip, process.stdout)
        assert process.poll() is None  # the last one is under way
        note = process.stderr.readline()
        process.kill()
    assert note == "note: ended.yaml: this runs its author's code: ending.py\n"
    assert ended[1:] == [
        "  ✗ classes  the process ended with code 3\n",
        "  not proved: 1 of 1 checks fail\n",
    ]
    assert first.startswith("small.yaml: Small, explicit = sequential, torch ")
    assert [line.split()[0] for line in lines] == ["✓"] * 21 + ["proved"]
    small = "".join(lines)
    for fact in (
        "1,263 parameters",
        "3,768 multiply-adds",
        "6 keys of the state_dict",
        "6 modules with the predicted shape",
        "logits float32 (N, 3) for N of 1 and 3",
        "1 output and 7 gradients equal in both styles",
    ):
        assert fact in small
    assert {path.suffix for path in folder.iterdir()} == {".yaml", ".py"}
    monkeypatch.setattr("mlpgen.cli.prove.prove", partial(here, folder=folder))
    monkeypatch.chdir(folder)
    assert run(["prove", "small.yaml"]) == 0
    assert capsys.readouterr().out == first + small
    assert run(["prove", "normalized.yaml"]) == 0
    normalized = capsys.readouterr().out
    assert "– batch of one   not supported by torch: Expected more than" in normalized
    assert normalized.endswith("proved, except for 1 that torch does not support\n")


def test_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SMALL.replace("Linear: 8", 'Linear: "${width}"')
    spec = text.replace("input", "parameters: {width: 8}\ninput", 1)
    (folder / "wide.yaml").write_text(spec, encoding="utf-8")
    monkeypatch.setattr("mlpgen.cli.prove.prove", partial(here, folder=folder))
    monkeypatch.chdir(folder)
    args = ["prove", "wide.yaml", "--set", "width=16", "--format", "json"]
    assert run(args) == 0
    assert "2,447 parameters" in capsys.readouterr().out


def test_a_wrong_spec(folder: Path) -> None:
    (folder / "bad.yaml").write_text("name: 3\n", encoding="utf-8")
    done = prove("small.yaml", "bad.yaml", "missing.yaml", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "MG203" in done.stderr and "MG001" in done.stderr
    done = prove("bad.yaml", "--format", "json", cwd=folder)
    assert done.returncode == 2
    assert "MG203" in {each["code"] for each in json.loads(done.stdout)}


def test_without_torch(folder: Path) -> None:
    """A folder on the path simulates an environment without torch."""
    (folder / "path/torch").mkdir(parents=True)
    (folder / "path/torch/__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    )
    path = os.pathsep.join([str(folder / "path"), os.environ.get("PYTHONPATH", "")])
    done = prove("small.yaml", cwd=folder, PYTHONPATH=path.rstrip(os.pathsep))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "needs torch" in done.stderr and "pip install torch" in done.stderr


def test_the_checks_know_nothing_of_mlpgen(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys; sys.path.append(sys.argv[1])\n"
        "for each in [each for each in sys.modules if each.startswith('mlpgen')]: "
        "del sys.modules[each]  # scripts are forked from a process that has it\n"
        "import checks.main; "
        "import checks.torch_features, checks.spec_comparison, checks.state_dicts; "
        "assert not any(each.startswith('mlpgen') for each in sys.modules)",
        encoding="utf-8",
    )
    done = processes.run(script, str(Path(main.__file__).parent.parent))
    assert done.returncode == 0, done.stderr


CONVERT = ("export", "compile", "script")


def subject(text: str, folder: Path, spec: str = "spec.yaml") -> Job:
    (folder / spec).write_text(text, encoding="utf-8")
    return job(spec, api.load(folder / spec))


def checked(made: Job, folder: Path, *, converted: bool = True) -> Certificate:
    """Run the checks in this process: one with torch takes seconds to start.

    Args:
        made: What is proved.
        folder: Where its files are.
        converted: Whether torch converts it too, which takes longer than all else.
    """
    job = json.loads(json.dumps(made.write(folder / "0")))
    checks: list[Check] = []

    def tell(**answer: Any) -> None:
        if "status" in answer:
            checks.append(Check(**answer))

    checks_of = main._checks()
    kept = {key: checks_of[key] for key in checks_of if converted or key not in CONVERT}
    with (
        contextlib.chdir(folder),
        warnings.catch_warnings(),
        torch.no_grad(),
        pytest.MonkeyPatch.context() as patch,
    ):
        warnings.simplefilter("ignore")
        patch.setattr(main, "_checks", lambda: kept)
        main.prove(job, tell)
    name, styles = made.claims["name"], (*made.texts,)
    return Certificate(made.spec, name, styles, torch.__version__, (*checks,))


def here(jobs: list[Job], folder: Path, **_: Any) -> list[Certificate]:
    """Prove networks in this process."""
    return [checked(each, folder) for each in jobs]


def damaged(made: Job, old: str, new: str, style: str = "sequential") -> Job:
    """Replace a text in the file of one style."""
    text = made.texts[style]
    assert old in text
    return made._replace(texts={**made.texts, style: text.replace(old, new, 1)})


def claiming(made: Job, **changes: Any) -> Job:
    """Change the claims of mlpgen."""
    return made._replace(claims={**made.claims, **changes})  # type: ignore[typeddict-item]


def moved(made: Job) -> Job:
    """Make the explicit style create its last two layers in the wrong order."""
    hidden, logits = (
        line
        for line in made.texts["explicit"].splitlines(keepends=True)
        if line.lstrip().startswith(("self.hidden =", "self.logits ="))
    )
    return damaged(made, hidden + logits, logits + hidden, "explicit")


DAMAGES: dict[str, tuple[Callable[[Job], Job], dict[str, str]]] = {
    "another function": (
        lambda made: damaged(made, "torch.tanh(", "torch.sin(", "explicit"),
        {
            "eval mode": "they first differ between `hidden` and `logits`: `logi",
            "train mode": "they first differ between `hidden` and `logits`: `logi",
        },
    ),
    "another layer": (
        lambda made: damaged(made, "padding=1)", "padding=1, padding_mode='circular')"),
        {"eval mode": "they first differ in `conv2d_1`: `logits` differs, "},
    ),
    "other initial values": (
        lambda made: damaged(made, "    def forward", DOUBLED, "explicit"),
        {
            "state": "`hidden.bias` differs: ",
            "eval mode": "they first differ in `hidden`: `logits` differs, ",
        },
    ),
    "another order": (
        moved,
        {"state": "key 3 is `logits.weight` and `hidden.weight` in explicit and in"},
    ),
    "another shape": (
        lambda made: damaged(
            damaged(made, "nn.Linear(8, 3)", "nn.Linear(8, 4)"),
            "nn.Linear(8, 3)",
            "nn.Linear(8, 4)",
            "explicit",
        ),
        {
            "layers": "`logits` should return (N, 3), but returns (3, 4) in explicit",
            "outputs": "`logits` should be float32 (3, 3), but is float32 (3, 4) in ex",
            "parameters": "1,263 parameters predicted, 1,272 in explicit",
            "multiply-adds": "3,768 multiply-adds predicted, 3,776 in explicit",
        },
    ),
    "a shape of one style": (
        lambda made: damaged(made, "nn.Linear(8, 3)", "nn.Linear(8, 4)"),
        {"state": "`logits.weight` differs: (3, 8) and (4, 8) in explicit and in"},
    ),
    "a wrong count": (
        lambda made: claiming(made, parameters=1262),
        {"parameters": "1,262 parameters predicted, 1,263 in explicit"},
    ),
    "a wrong kind": (
        lambda made: damaged(
            made, "return logits", "return logits.double()", "explicit"
        ),
        {"outputs": "`logits` should be float32 (3, 3), but is float64 (3, 3) in expl"},
    ),
    "examples that see each other": (
        lambda made: damaged(
            made, "torch.tanh(", "torch.cumsum(dim=0, input=", "explicit"
        ),
        {"examples": "example 1 gives something else alone than in a batch in "},
    ),
    "a branch on values": (
        lambda made: damaged(
            made,
            "        return logits",
            "        if logits.sum() > 0:\n            logits = 2 * logits\n"
            "        return logits",
            "explicit",
        ),
        {"export": "", "compile": "", "meta": ""},
    ),
    "a function that torch cannot script": (
        lambda made: damaged(
            made, "return logits", "return sorted([logits], key=id)[0]", "explicit"
        ),
        {"script": ""},
    ),
    "no class": (
        lambda made: damaged(made, "class Small", "class Other"),
        {"classes": "AttributeError: "},
    ),
    "no Python": (
        lambda made: damaged(made, "class Small", "class class"),
        {"classes": "SyntaxError: "},
    ),
}
DOUBLED = """\
        self.hidden.bias.data += 1

    def forward"""


TALKER = """\
import torch
from torch import Tensor, nn

class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.scale(x)

class Talker(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(7, 6)
        self.blocks = nn.Sequential(Block(), Block())
        self.lstm = nn.LSTM(6, 5, batch_first=True)

    def forward(
        self, tokens: Tensor, mask: Tensor, x: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        y = self.blocks(self.blocks(self.embed(tokens))) * mask.unsqueeze(2)
        y, (hidden, _) = self.lstm(y + x)
        return y, hidden, tokens.eq(0)
"""


PLACES = """\
name: Places
input:
  tokens: {shape: [8], dtype: int64}
  places: {shape: [1], dtype: int64}
  kinds: {shape: [4], dtype: int64}
  free: {shape: [4], dtype: int64}
blocks:
  Look:
    input: [values, numbers]
    layers:
      - reshape: [2, 2]
        from: numbers
      - add: 3
      - one_hot: 12
        name: hot
      - sum: {dim: [2, 3]}
      - float:
        name: counts
      - add:
        from: [values, counts]
layers:
  - Embedding: {num_embeddings: 50, embedding_dim: 4}
    from: tokens
  - mean: {dim: 2}
  - gather: 1
    from: [mean_1, places]
  - expand: [2]
  - Look:
    from: [expand_1, kinds]
    repeat: 2
    name: looks
  - cat:
    from: [looks, free]
"""


def test_each_input_has_a_bound_of_its_own(tmp_path: Path) -> None:
    """Embeddings limit their indices, also inside a block."""
    made = subject(PLACES, tmp_path)
    highs = {each["name"]: each["high"] for each in made.claims["inputs"]}
    assert highs == {"tokens": 50, "places": 8, "kinds": 9, "free": 2}
    assert checked(made, tmp_path).failures == ()


@pytest.mark.parametrize(("rounds", "high"), [(0, 100), (1, 49), (3, 11), (60, 1)])
def test_sums_of_indices_have_a_bound(rounds: int, high: int) -> None:
    """What is added to itself again and again takes no longer than anything else."""
    twice = [{"add": 1, "name": "more"}, {"add": None, "from": ["input", "more"]}]
    loaded = network(
        {
            "name": "Sums",
            "input": {"tokens": {"shape": [4], "dtype": "int64"}},
            "blocks": {"Twice": {"layers": twice}},
            "layers": [
                *({"Twice": None} for _ in range(rounds)),
                {"Embedding": {"num_embeddings": 100, "embedding_dim": 2}},
            ],
        }
    )
    assert index_limits(loaded.graph) == {"tokens": (0, high)}


@pytest.mark.parametrize(
    ("layers", "high"),
    [
        ([{"sub": 5}], 100),
        ([{"sub": -5}], 95),
        ([{"add": -5}], 100),
        ([{"mul": 3}, {"sub": -1}], 33),
        ([{"mul": None, "from": ["input", "input"]}], 2),
        ([{"add": 60}, {"mul": None, "from": ["input", "add_1"]}], 1),
    ],
)
def test_what_is_done_to_indices_bounds_them(layers: list[Any], high: int) -> None:
    loaded = network(
        {
            "name": "Moved",
            "input": {"tokens": {"shape": [4], "dtype": "int64"}},
            "blocks": {"Move": {"layers": layers}},
            "layers": [
                "Move",
                {"Embedding": {"num_embeddings": 100, "embedding_dim": 2}},
            ],
        }
    )
    assert index_limits(loaded.graph) == {"tokens": (0, high)}


WIDE = """\
name: Wide
parameters: {width: 8, depth: 2, drop: 0.5, bias: true, chance: 3}
input: [6]
blocks:
  Step:
    parameters: {drop: 0.1}
    layers:
      - Dropout: "${drop}"
      - LayerNorm
layers:
  - Linear: {out_features: "${width}", bias: "${bias}"}
    repeat: "${depth}"
  - Step: "${drop}"
  - Linear: "${chance}"
    name: logits
  - Linear: 3
    from: step_1
  - add:
    from: [logits, linear_2]
"""


def test_other_arguments(tmp_path: Path) -> None:
    """A class with other arguments matches the spec."""
    made = subject(WIDE, tmp_path)
    assert made.arguments.warned == ("chance",)
    shallow = made
    for style in api.STYLES:
        shallow = damaged(shallow, "range(depth)", "range(2)", style)
    deaf = damaged(
        made, "Step(size_1, drop=drop)", "Step(size_1, drop=0.5)", "explicit"
    )
    fixed = damaged(made, "width, width, bias=bias)", "width, width)")
    whole = checked(made, tmp_path)
    wrong = [
        checked(each, tmp_path, converted=False) for each in (shallow, deaf, fixed)
    ]
    assert whole.failures == ()
    details = {each.name: each.detail for each in whole.checks}
    assert details["arguments"] == (
        "as the spec says with width=9, depth=3, drop=0.25, bias=False, width=4, "
        "depth=1, drop=0.75; not with another `chance`, see MG316"
    )
    assert [[*failures(each)] for each in wrong] == [["arguments"]] * 3
    for each, detail in zip(
        wrong,
        (
            "`linear_1.2.weight`",
            "`add_1` differs, ",
            "`linear_1.0.bias`",
        ),
        strict=True,
    ):
        assert detail in failures(each)["arguments"].detail


LARGE = """\
name: Large
parameters: {{vocabulary: 3000, heads: 1, size: 1000}}
input: {{tokens: {{shape: [4], dtype: int64}}}}
layers:
  - Embedding: {{num_embeddings: "${{vocabulary}}", embedding_dim: 1000}}
  - MultiheadAttention: {{num_heads: "${{heads}}", bias: false}}
  - {layer}
"""


@pytest.mark.filterwarnings("ignore:TF32")
@pytest.mark.parametrize(
    ("layer", "less"),
    [
        ("GRU: '${size}'", "; large networks in eval mode only"),
        ("Linear: '${size}'", "; of large networks the shapes only"),
        ("Linear: 2", "; no other `size` was tried; of large networks the shapes only"),
    ],
)
def test_what_was_left_out_is_said(
    layer: str, less: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subject(LARGE.format(layer=layer), tmp_path)
    if "no other" in less:
        kept = [
            each for each in made.arguments.variants if "size" not in each.arguments
        ]
        made = made._replace(arguments=made.arguments._replace(variants=tuple(kept)))
    job = made.write(tmp_path / "0")
    monkeypatch.chdir(tmp_path)
    classes = {style: load(path, "Large") for style, path in job["files"].items()}
    with torch.no_grad():
        found = other_arguments(Subject(job["claims"], classes, job["arguments"], None))
    assert found.startswith("as the spec says with vocabulary=3001, heads=2")
    assert found.partition(";")[2] == less[1:]


def tensor(name: str, shape: FullShape, dtype: str, high: int | None = None) -> Any:
    return {"name": name, "shape": shape, "dtype": dtype, "low": 0, "high": high}


def saved(text: str, name: str) -> list[tuple[str, str, list[int]]]:
    """Return what a model saves, as a claim says it."""
    found = getattr(module(text), name)().state_dict()
    return [(k, str(each.dtype)[6:], [*each.shape]) for k, each in found.items()]


def test_several_inputs_tuples_and_modules_used_twice(tmp_path: Path) -> None:
    """The batch can be any dimension, or missing."""
    said: Claims = {
        "name": "Talker",
        "inputs": [
            tensor("tokens", [None, 4], "int64", 7),
            tensor("mask", [None, 4], "bool"),
            tensor("x", [4, 6], "float32"),
        ],
        "outputs": [
            tensor("y", [None, 4, 5], "float32"),
            tensor("hidden", [1, None, 5], "float32"),
            tensor("start", [None, 4], "bool"),
        ],
        "layers": {"blocks.0.scale": [[None, 4, 6]] * 2, "lstm": [[None, 4, 5]]},
        "parameters": 386,
        "multiply_adds": 4 * 4 * 36 + 4 * 20 * 11,
        "casts": False,
        "captured": [],
        "records": False,
        "state": saved(TALKER, "Talker"),
        "unknown": [],
    }
    other = TALKER.replace("x + self.scale(x)", "self.scale(x) * 2")
    texts = {"explicit": TALKER, "sequential": TALKER}
    right = Job("talker", said, texts)
    wrong = Job("talker", said, {**texts, "sequential": other})
    found = [checked(right, tmp_path), checked(wrong, tmp_path, converted=False)]
    assert found[0].failures == ()
    details = {each.name: each.detail for each in found[0].checks}
    assert details["layers"] == "2 modules with the predicted shape"
    assert details["eval mode"].startswith("3 outputs and 10 gradients equal")
    part = failures(found[1])["eval mode"].detail
    assert part.startswith("they first differ in `blocks.0`: `y` differs, ")


def failures(certificate: Certificate) -> dict[str, Check]:
    return {each.name: each for each in certificate.failures}


ALONE = {
    "a wrong count": ["parameters"],
    "another function": ["eval mode", "train mode", "spec", "checkpoint"],
    "no Python": ["classes"],
}
"""All findings for this damage; others may have more."""


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.thinned(4)
def test_damage_is_found(name: str, tmp_path: Path) -> None:
    damage, wanted = DAMAGES[name]
    found = failures(checked(damage(subject(SMALL, tmp_path)), tmp_path))
    for check, detail in wanted.items():
        assert found[check].detail.startswith(detail)
    assert [*found] == ALONE.get(name, [*found])


def test_a_hanging_check_delays_no_other(tmp_path: Path) -> None:
    whole = subject(SMALL, tmp_path)
    endless = damaged(
        whole, "class Small", "import time\nwhile True: time.sleep(1)\nclass Small"
    )
    found = [*proved([endless, endless], timeout=2)]
    assert [each.proved for each in found] == [False, False]
    for each in found:
        assert each.checks[-1].detail.startswith("took longer than 2 s in all")


def test_a_failure_in_all_formats(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command exits with 1 and shows the first difference."""

    def lie(graph: Any, captured: Any) -> Any:
        return {**claims(graph, captured), "parameters": 7}

    def once(jobs: list[Job], **_: Any) -> list[Certificate]:
        certificates.extend(here(jobs, folder))
        return certificates

    certificates: list[Certificate] = []
    monkeypatch.setattr("mlpgen.proof.job.claims", lie)
    monkeypatch.setattr("mlpgen.cli.prove.prove", once)
    monkeypatch.chdir(folder)
    assert run(["prove", "deep.yaml"]) == 1
    text = capsys.readouterr().out
    (certificate,) = certificates
    monkeypatch.setattr("mlpgen.cli.prove.prove", lambda *_args, **_: [certificate])
    assert "  ✗ parameters     7 parameters predicted, 39 in explicit\n" in text
    assert "a Linear with the name `graph`" in text
    assert text.endswith("  not proved: 1 of 21 checks fail\n")
    assert run(["prove", "deep.yaml", "--format", "json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["proved"], row["styles"]) == (False, ["explicit", "sequential"])
    assert statuses(row)["parameters"] == "fails"
    assert statuses(row)["export"] == "unsupported"
    assert run(["prove", "deep.yaml", "--format", "github"]) == 1
    assert capsys.readouterr().out.endswith(
        "::error file=deep.yaml,title=parameters::7 parameters predicted, "
        "39 in explicit\n"
    )


def scripted(module: nn.Module, args: Any, kwargs: Any) -> Any:
    return torch.jit.script(module)(*args, **kwargs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_layers_that_script_inside_a_module_are_no_excuse() -> None:
    """torch cannot script a GRU on its own: that must not hide other failures."""
    network = nn.Sequential(nn.Linear(4, 4), nn.GRU(4, 3, batch_first=True)).eval()
    refuse_if_torch_does(network, [torch.randn(2, 5, 4)], scripted)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_layer_that_torch_cannot_script_is_named() -> None:
    reader = Steps(nn.GRU(4, 3, batch_first=True))
    model = nn.Sequential(reader, weight_norm(nn.Linear(3, 2))).eval()
    with pytest.raises(UnsupportedError, match=r"^`1`, as any ParametrizedLinear"):
        refuse_if_torch_does(model, [torch.randn(2, 5, 4)], scripted)


class Steps(nn.Module):
    """The steps of a recurrent layer."""

    def __init__(self, reader: nn.Module) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, x: Tensor) -> Tensor:
        steps: Tensor = self.reader(x)[0]
        return steps

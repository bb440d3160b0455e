"""How many models of other people `mlpgen import` turns into specs proved equal.

Each model is built, recorded, translated, rendered and compared in a process of its
own, with random weights. Results are kept in a file of JSON lines, so a table that was
stopped goes on.

    python benchmarks/imports.py torchvision --results torchvision.jsonl
    python benchmarks/imports.py timm --count 200 --seed 0 --small --results timm.jsonl
    python benchmarks/imports.py transformers --results transformers.jsonl
    python benchmarks/imports.py files --list models.jsonl --results files.jsonl
    python benchmarks/imports.py specs --results specs.jsonl

A list has one JSON object a line: `name`, `folder`, `module` (a file in the folder, or
a name to import from there), `make` (an expression in the module) and `inputs` (as
`--input` has them). A relative folder is one beside the list.

It needs an environment with torchvision, timm or transformers besides mlpgen.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLES = ("torchvision", "timm", "transformers", "files", "specs")
SECONDS = 300
"""The most time of a model: of one thread, so others on the machine do not count."""
BYTES = 16 * 2**30
"""The most address space of a model; 8 GB of it may be in memory."""


class Case(NamedTuple):
    """A model of a table.

    Attributes:
        name: Its name in the table.
        make: Makes it.
        inputs: Name, shape of one example and dtype of each input.
    """

    name: str
    make: Callable[[], Any]
    inputs: tuple[tuple[str, tuple[int, ...], str], ...]


def image(*shape: int) -> tuple[tuple[str, tuple[int, ...], str], ...]:
    """Return the input of a network of images."""
    return (("", shape, "float32"),)


def torchvision_cases() -> Iterator[Case]:
    """All models for classification, segmentation and video, on small images."""
    from torchvision import models

    for name in models.list_models():
        builder = models.get_model_builder(name)
        kind = builder.__module__
        if name.startswith("quantized") or ".detection" in kind or ".optical" in kind:
            continue
        size = 224 if name.startswith(("vit", "maxvit", "mvit")) else 64
        size = 299 if name == "inception_v3" else size  # for what training has
        shape = (3, 16 if "v" in name[0] else 8, size, size)
        size = 224 if name == "s3d" else size
        if "mvit" in name or name == "s3d":
            shape = (3, 16, max(size, 112), max(size, 112))
        given = {"weights_backbone": None} if ".segmentation" in kind else {}
        shape = shape if ".video" in kind else (3, size, size)
        yield Case(name, lambda b=builder, g=given: b(**g), image(*shape))


def timm_cases(count: int, seed: int) -> Iterator[Case]:
    """A sample over all families."""
    import timm

    families: dict[str, list[str]] = {}
    for name in timm.list_models():
        families.setdefault(timm.models.model_entrypoint(name).__module__, []).append(
            name
        )
    draw = random.Random(seed)
    names: list[str] = []
    pools = [draw.sample(found, len(found)) for _, found in sorted(families.items())]
    draw.shuffle(pools)
    while len(names) < count and any(pools):
        names += [pool.pop() for pool in pools if pool]
    for name in names[:count]:
        config = timm.models.get_pretrained_cfg(name, allow_unregistered=True)
        size = tuple(config.input_size) if config else (3, 224, 224)
        yield Case(name, lambda n=name: timm.create_model(n), image(*size))


def transformers_cases() -> Iterator[Case]:
    """Small configurations of the families of transformers."""
    import transformers as t

    tokens = (("input_ids", (16,), "int64"),)
    pixels = (("pixel_values", (3, 64, 64), "float32"),)
    small = {
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "vocab_size": 100,
        "use_cache": False,
    }
    grouped = {**small, "num_key_value_heads": 2}
    gpt = {
        "n_embd": 64,
        "n_layer": 2,
        "n_head": 4,
        "vocab_size": 100,
        "use_cache": False,
    }
    distil = {
        "dim": 64,
        "n_layers": 2,
        "n_heads": 4,
        "hidden_dim": 128,
        "vocab_size": 100,
    }
    opt = {
        **small,
        "ffn_dim": 128,
        "word_embed_proj_dim": 64,
        "max_position_embeddings": 64,
    }
    t5 = {
        "d_model": 64,
        "num_layers": 2,
        "num_heads": 4,
        "d_ff": 128,
        "vocab_size": 100,
        "d_kv": 16,
    }
    sound = {
        "d_model": 64,
        "encoder_layers": 2,
        "encoder_attention_heads": 4,
        "encoder_ffn_dim": 128,
    }
    sound |= {"decoder_layers": 2, "decoder_attention_heads": 4, "vocab_size": 100}
    sound |= {"num_mel_bins": 16, "max_source_positions": 32, "pad_token_id": 0}
    image_ = {**small, "image_size": 64, "patch_size": 16}
    swin = {
        "image_size": 64,
        "patch_size": 4,
        "embed_dim": 32,
        "depths": [2, 2],
        "num_heads": [2, 4],
        "window_size": 4,
    }
    convnext = {"hidden_sizes": [16, 32], "depths": [2, 2], "num_stages": 2}
    whisper = t.models.whisper.modeling_whisper.WhisperEncoder
    rows: list[tuple[str, Any, Any, Any]] = [
        ("bert", t.BertModel, t.BertConfig(**small), tokens),
        ("roberta", t.RobertaModel, t.RobertaConfig(**small), tokens),
        ("distilbert", t.DistilBertModel, t.DistilBertConfig(**distil), tokens),
        ("gpt2", t.GPT2LMHeadModel, t.GPT2Config(**gpt), tokens),
        ("opt", t.OPTModel, t.OPTConfig(**opt), tokens),
        ("llama", t.LlamaModel, t.LlamaConfig(**grouped), tokens),
        ("mistral", t.MistralModel, t.MistralConfig(**grouped), tokens),
        ("qwen", t.Qwen2Model, t.Qwen2Config(**grouped), tokens),
        ("t5 encoder", t.T5EncoderModel, t.T5Config(**t5), tokens),
        ("vit", t.ViTModel, t.ViTConfig(**image_), pixels),
        ("swin", t.SwinModel, t.SwinConfig(**swin), pixels),
        ("convnext", t.ConvNextModel, t.ConvNextConfig(**convnext), pixels),
        (
            "whisper encoder",
            whisper,
            t.WhisperConfig(**sound),
            (("input_features", (16, 64), "float32"),),
        ),
        ("deit", t.DeiTModel, t.DeiTConfig(**image_), pixels),
    ]
    for name, cls, config, inputs in rows:
        yield Case(name, lambda c=cls, g=config: c(g), inputs)


def file_cases(path: Path) -> Iterator[Case]:
    """The models of a list: files of repositories that lie in folders."""
    from mlpgen.cli.import_ import shape_of

    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        folder = path.parent / row["folder"]
        inputs = tuple(shape_of(each) for each in row["inputs"])
        make = partial(made, folder, row["module"], row["make"])
        yield Case(row["name"], make, inputs)


def spec_cases(folder: Path, rendered: Path) -> Iterator[Case]:
    """What the specs of a folder render, in both styles: imported, it is the same."""
    from mlpgen import api

    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*/*.yaml")]):
        network = api.load(path)
        graph = network.graph
        several = len(graph.inputs) > 1
        inputs = tuple(
            (name if several else "", tuple(map(int, each.shape)), each.dtype)
            for name, each in graph.inputs.items()
        )
        for style in api.STYLES:
            place = rendered / style
            place.mkdir(parents=True, exist_ok=True)
            for name, code in api.render(network, style).items():
                (place / name).write_text(code, encoding="utf-8")
            make = partial(made, place, f"{graph.stem}.py", f"{graph.name}()")
            yield Case(f"{path.stem} {style}", make, inputs)


def made(folder: Path, module: str, expression: str) -> Any:
    """Make a model by an expression in a module of a folder."""
    from mlpgen.importer.recorder.target import module_of

    os.chdir(folder)
    return eval(expression, vars(module_of(module)))


def result_of(case: Case, folder: Path) -> dict[str, Any]:
    """Import a model in this process, and compare the result."""
    import torch

    from mlpgen import api
    from mlpgen.importer.recorder import constructors
    from mlpgen.importer.recorder.comparison import compared
    from mlpgen.importer.recorder.initial_values import InitialValues
    from mlpgen.importer.recorder.inputs import drawn, inputs_of
    from mlpgen.importer.recorder.main import record
    from mlpgen.importer.spec import spec_of

    torch.manual_seed(0)
    begin = time.perf_counter()
    values = InitialValues()
    with constructors.recorded() as given, values:
        model = case.make()
    built = time.perf_counter()
    inputs = inputs_of(model, list(case.inputs))
    recording = record(model, given, values, inputs)
    spec = spec_of(recording, "Imported")
    done = time.perf_counter()
    (folder / "imported.yaml").write_text(spec.text, encoding="utf-8")
    (code,) = api.render(spec.network(), "explicit").values()
    (folder / "imported.py").write_text(code, encoding="utf-8")
    checks = compared(
        model, str(folder / "imported.py"), "Imported", drawn(inputs, 2), spec.inputs
    )
    failed = [f"{c['name']}: {c['detail']}" for c in checks if c["status"] == "failed"]
    return {
        "proved": not failed,
        "why": "; ".join(failed),
        "equal": next((c["detail"] for c in checks if "evaluation" in c["name"]), ""),
        "lines": len(spec.text.splitlines()),
        "author": lines_of_classes(model),
        "build": round(built - begin, 2),
        "import": round(done - built, 2),
    }


def parameters(case: Case) -> int:
    """Count the parameters of a model, without any memory for them."""
    import torch

    with torch.device("meta"):
        return sum(each.numel() for each in case.make().parameters())


def lines_of_classes(model: Any) -> int:
    """Count the lines of the classes of a model, those of torch aside."""
    classes = {type(module) for module in model.modules()}
    own = [each for each in classes if not each.__module__.startswith("torch.nn.")]
    total = 0
    for each in own:
        try:
            lines = inspect.getsource(each).splitlines()
        except (OSError, TypeError):
            continue
        total += sum(
            1 for line in lines if line.strip() and not line.strip().startswith("#")
        )
    return total


def run(case: Case, folder: Path) -> dict[str, Any]:
    """Import a model in a process of its own."""
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    answer = folder / "result.json"
    answer.unlink(missing_ok=True)
    begin = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        _child(case, folder, answer)
    _, status, usage = os.wait4(pid, 0)
    if answer.exists():
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    else:
        stopped = status in (signal.SIGPROF, signal.SIGALRM)
        found = {
            "proved": False,
            "why": f"it took {SECONDS} s" if stopped else "it ended",
        }
    found["seconds"] = round(time.perf_counter() - begin, 1)
    found["cpu"] = round(usage.ru_utime + usage.ru_stime, 1)
    found["gigabytes"] = round(usage.ru_maxrss / 2**20, 2)
    return {"name": case.name, **found}


def _child(case: Case, folder: Path, answer: Path) -> None:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(5 * SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    try:
        found = result_of(case, folder)
    except BaseException as error:
        (folder / "error.txt").write_text(traceback.format_exc(), encoding="utf-8")
        place = getattr(error, "place", None)
        where = f" ({Path(place.file).name}:{place.line})" if place else ""
        why = str(error).partition("\n")[0][:300]
        found = {"proved": False, "why": f"{type(error).__name__}: {why}{where}"}
    answer.write_text(json.dumps(found), encoding="utf-8")
    os._exit(0)


def main() -> int:
    """Print the table and its sum."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("--list", type=Path, help="the models of the table `files`")
    parser.add_argument("--specs", type=Path, default=Path("specs"))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--small", action="store_true", help="the smallest first")
    options = parser.parse_args()
    tables: dict[str, Callable[[], Iterator[Case]]] = {
        "torchvision": torchvision_cases,
        "timm": lambda: timm_cases(options.count, options.seed),
        "transformers": transformers_cases,
        "files": lambda: file_cases(options.list.absolute()),
        "specs": lambda: spec_cases(
            options.specs, options.results.absolute().parent / "rendered"
        ),
    }
    known = {}
    if options.results.exists():
        rows = [json.loads(line) for line in options.results.read_text().splitlines()]
        known = {row["name"]: row for row in rows}
    import torch

    torch.set_num_threads(1)
    cases = [case for case in tables[options.table]() if options.only in case.name]
    cases = sorted(cases, key=parameters) if options.small else cases
    for case in cases:
        if case.name not in known:
            folder = (
                options.results.parent / f"{options.results.stem}_specs" / case.name
            )
            known[case.name] = run(case, folder)
            with options.results.open("a") as file:
                file.write(json.dumps(known[case.name]) + "\n")
        print(shown(known[case.name]), flush=True)
    print(total([known[case.name] for case in cases]))
    return 0


def shown(row: dict[str, Any]) -> str:
    """Return a row of the table."""
    name = row["name"].ljust(36)
    if not row["proved"]:
        return f"{name} no      {row['why']}"
    lines = f"{row['lines']:4} of {row['author']:5} lines"
    cost = f"{row['seconds']:6} s  {row['gigabytes']:5} GB"
    return f"{name} proved  {lines}  {cost}  {row['equal']}"


def total(rows: list[dict[str, Any]]) -> str:
    """Return the last line of the table."""
    proved = [row for row in rows if row["proved"]]
    ratios = [row["lines"] / row["author"] for row in proved if row["author"]]
    share = (
        f"{len(proved)} of {len(rows)} proved ({len(proved) / max(1, len(rows)):.0%})"
    )
    middle = f"median {median(ratios or [0]):.0%}"
    return f"{share}; lines of the spec by lines of the classes, {middle}"


if __name__ == "__main__":
    sys.exit(main())

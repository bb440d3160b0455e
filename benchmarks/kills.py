"""Kills a training at random times and resumes it until it ends; 50 kills in all.

    python benchmarks/kills.py [--kills 50] [--groups]

With `--groups`, the training has two optimizers, an average of weights, accumulation
and frozen layers. A checkpoint is written after each step, so that many kills hit a
write. Final weights, states and metrics must equal those of an undisturbed run, bit
for bit.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from mlpgen import api

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "generated" / "explicit" / "train_mnist_mlp_batchnorm_dropout.py"
SAMPLE = ROOT / "data" / "sample"


GROUPS = """
name: Tried
input: [1, 28, 28]
layers:
  - Conv2d: {out_channels: 4, kernel_size: 3, stride: 2}
    name: stem
  - BatchNorm2d
  - ReLU
  - Flatten
  - Dropout: 0.1
  - Linear: 32
    name: hidden
  - ReLU
  - Linear: 10
    name: head
training:
  data: mnist
  loss: CrossEntropyLoss
  optimizer:
    AdamW: {lr: 0.005, weight_decay: 0.05}
    no_decay: [bias, norm]
    groups: [{parameters: "head.*", lr: 0.001}, {kind: matrices, Muon: {lr: 0.01}}]
  scheduler: {CosineAnnealingLR: , warmup: 1, per: step}
  freeze: [stem, "batch_norm2d_1.*"]
  accumulate: 2
  clip_grad_norm: 1.0
  ema: 0.99
"""


def rendered(folder: Path) -> Path:
    """Render the training with groups; return its script."""
    for name, text in api.render(loaded(GROUPS)).items():
        (folder / name).write_text(text, "utf-8")
    return folder / "train_tried.py"


def loaded(text: str) -> api.Network:
    """Load a spec that is no file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tried.yaml")
        path.write_text(text, "utf-8")
        return api.load(path)


def command(script: Path, out: Path, *more: str) -> list[str]:
    """Return the command of a run that writes after each step."""
    options = ["--data-dir", str(SAMPLE), "--checkpoint-every", "1", "--threads", "1"]
    options += ["--epochs", "40", "--batch-size", "500"]
    where = more or ("--out", str(out))
    return [sys.executable, str(script), *options, *where]


def state(out: Path, name: str) -> dict[str, Any]:
    """Read a checkpoint without its seconds and its folder, which differ."""
    found: dict[str, Any] = torch.load(out / name, weights_only=True)
    for row in found["rows"]:
        del row["seconds"]
    for setting in ("out", "resume"):
        del found["settings"][setting]
    return found


def equal(one: Any, other: Any) -> bool:
    """Compare two states bit for bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def disturbed(
    script: Path, out: Path, kills: int, generator: random.Random
) -> tuple[int, int]:
    """Kill and resume a run; return how often, and how often during a write."""
    done = torn = 0
    process = subprocess.Popen(command(script, out), stdout=subprocess.DEVNULL)
    while True:
        begun = time.time()
        while not _writes(out, begun) and process.poll() is None:
            time.sleep(0.001)
        waiting = time.monotonic() + generator.random()
        while time.monotonic() < waiting and process.poll() is None:
            time.sleep(0.001)
        if process.poll() is not None or done == kills:
            break
        process.kill()
        process.wait()
        done += 1
        torn += bool(list(out.glob("*.part"))) or not (out / "last.pt").exists()
        again = command(script, out, "--resume", str(out))
        if not any(out.glob("*.pt")):
            again = command(script, out)
        process = subprocess.Popen(again, stdout=subprocess.DEVNULL)
    if process.wait() != 0:
        raise SystemExit("a resumed run failed")
    return done, torn


def _writes(out: Path, begun: float) -> bool:
    """Tell whether a run has written its settings since it was started."""
    path = out / "config.json"
    return path.exists() and path.stat().st_mtime > begun


def main() -> None:
    """Print how many kills changed nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--groups", action="store_true", help="two optimizers")
    args = parser.parse_args()
    generator = random.Random(args.seed)
    killed = amid = 0
    with tempfile.TemporaryDirectory() as folder:
        script = rendered(Path(folder)) if args.groups else SCRIPT
        whole = Path(folder, "whole")
        subprocess.run(command(script, whole), check=True, stdout=subprocess.DEVNULL)
        rounds = 0
        while killed < args.kills:
            rounds += 1
            out = Path(folder, str(rounds))
            done, torn = disturbed(script, out, args.kills - killed, generator)
            killed, amid = killed + done, amid + torn
            for name in ("last.pt", "best.pt"):
                if not equal(state(whole, name), state(out, name)):
                    raise SystemExit(f"{name} differs after {killed} kills")
            if not done:
                raise SystemExit("the run ends before it is killed")
    print(f"{killed} kills, {amid} amid a write, {rounds} runs: all ends are equal")


if __name__ == "__main__":
    main()

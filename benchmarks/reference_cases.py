"""Specs and data for `reference.py`."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data" / "sample" / "MNIST" / "raw"
CASES = Path(__file__).with_name("reference_specs.yaml")
EPOCHS = 3
COUNTS = {"train": 600, "t10k": 200}


def specs() -> dict[str, str]:
    """Return the text of each spec: the committed ones that train, those of CASES."""
    found = {}
    for path in sorted(ROOT.glob("specs/**/*.yaml")):
        text = path.read_text(encoding="utf-8")
        if "training" in yaml.safe_load(text):
            text = re.sub(r"^  epochs: \d+$", f"  epochs: {EPOCHS}", text, flags=re.M)
            found[path.stem] = text
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    for name, case in cases["specs"].items():
        layers = case["layers"]
        spec = {
            "name": name.title().replace("_", "") + "Case",
            "input": case["input"],
            "layers": cases["networks"][layers] if isinstance(layers, str) else layers,
            **({"outputs": case["outputs"]} if "outputs" in case else {}),
            "training": cases["usual"] | {"epochs": EPOCHS} | case["training"],
        }
        found[name] = json.dumps(spec, indent=2) + "\n"
    return found


FILES = {
    "fashion_mnist": "digit.png",
    "kmnist": "digit.png",
    "mnist": "digit.png",
    "cifar10": "colors.png",
    "cifar100": "colors.png",
    "digits": "digits/zero/1.png",
    "parted": "parted/test/one/2.png",
    "irises.csv": "irises.csv",
    "prices.csv": "prices.csv",
    "chances.csv": "chances.csv",
    "arrays.npz": "numbers.npy",
    "vectors.npz": "numbers.npy",
    "tokens.npz": "tokens.npy",
    "rhyme.txt": "beginning.txt",
    "numbers.txt": "line.txt",
    "mine.py": "rows",
}
"""What is predicted, by the data that a spec names."""


def file_of(spec: str) -> str:
    """Return the file that is predicted with the model of a spec."""
    named = yaml.safe_load(spec)["training"]["data"]
    paths = [named] if isinstance(named, str) else map(str, named.values())
    return next(FILES[path] for path in paths if path in FILES)


MODULE = """
import torch

def load(folder):
    torch.manual_seed(0)
    y = torch.arange(90) % 3
    x = torch.randn(90, 4) + 3 * y[:, None]
    return (x[:60], y[:60]), (x[60:], y[60:])

def read(path):
    lines = path.read_text().splitlines()
    return torch.tensor([[float(word) for word in line.split()] for line in lines])
"""
RHYME = "Höher als der Hase hüpft, hüpft ein Hase höher!!\n"


def write_data(folder: Path) -> None:
    """Write data of each kind, always the same."""
    for name in ("MNIST", "FashionMNIST", "KMNIST"):
        digits(folder / name / "raw")
    pictures(folder)
    flowers = [*map(flower, range(160), [np.random.default_rng(0)] * 160)]
    table(folder / "irises.csv", flowers, "kind")
    table(folder / "prices.csv", flowers, "price")
    table(folder / "chances.csv", flowers, "red")
    draw = np.random.default_rng(1)
    y = np.arange(120) % 3
    x = draw.normal(size=(120, 2, 3)) + y[:, None, None]
    np.savez(folder / "arrays.npz", x=x.astype("float32"), y=y)
    sums = x.sum(axis=2)
    np.savez(folder / "vectors.npz", x=x, y=sums, x_test=x[:20], y_test=sums[:20])
    words = 3 * y[:, None] + np.arange(120 * 6).reshape(120, 6) % 3
    np.savez(folder / "tokens.npz", x=words, y=y)
    np.save(folder / "numbers.npy", x[:4].astype("float32"))
    np.save(folder / "tokens.npy", words[:4])
    texts = {
        "rhyme.txt": RHYME * 60,
        "numbers.txt": "\n".join(["one", "two", "three", "eleven"] * 40),
        "beginning.txt": "Höher als",
        "line.txt": "one\nth\n",
        "rows": "0 0 0 0\n6 6 6 6",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    batches = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    cifar(folder / "cifar-10-binary.tar.gz", batches, 10)
    cifar(folder / "cifar-100-binary.tar.gz", ["train", "test"], 100)


def raw(part: str, kind: str, head: int) -> tuple[bytes, bytes]:
    """Return header and content of a file of the MNIST sample."""
    path = SAMPLE / f"{part}-{kind}-ubyte.gz"
    data = gzip.decompress(path.read_bytes())
    return data[:head], data[head:]


def digits(folder: Path) -> None:
    """Write the first images of the sample, not packed."""
    folder.mkdir(parents=True)
    for part, count in COUNTS.items():
        for kind, head, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            start, content = raw(part, kind, head)
            start = start[:4] + count.to_bytes(4, "big") + start[8:]
            path = folder / f"{part}-{kind}-ubyte"
            path.write_bytes(start + content[: count * size])


def pictures(folder: Path) -> None:
    """Write images of four digits: grey ones in one folder, colored ones in two."""
    images = np.frombuffer(raw("t10k", "images-idx3", 16)[1], dtype=np.uint8)
    labels = raw("t10k", "labels-idx1", 8)[1]
    images = images.reshape(-1, 28, 28)
    counts = dict.fromkeys(range(4), 0)
    for image, label in zip(images[:200], labels, strict=False):
        if label in counts:
            counts[label] += 1
            name = ["zero", "one", "two", "three"][label]
            part = "test" if counts[label] % 4 == 2 else "train"
            color = np.stack([image, 255 - image, image // 2], axis=2)
            for path, pixels in (
                (folder / "digits" / name, image),
                (folder / "parted" / part / name, color),
            ):
                path.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(path / f"{counts[label]}.png")
    Image.fromarray(images[0]).save(folder / "digit.png")
    color = np.stack([images[0], images[1], images[2]], axis=2)
    Image.fromarray(color).save(folder / "colors.png")


def flower(place: int, draw: np.random.Generator) -> dict[str, Any]:
    """Make a row of numbers and categories, of one of three kinds."""
    kind = place % 3
    length = draw.normal(5 + kind, 0.3)
    color = "red" if kind == 0 else str(draw.choice(["blue", "white"]))
    return {
        "length": f"{length:.3f}",
        "color": color,
        "width": f"{draw.normal(100 * kind, 30):.1f}",
        "kind": ["setosa", "virginica", "other, or none"][kind],
        "price": f"{3 * length + (kind == 0):.3f}",
        "red": int(color == "red"),
    }


def table(path: Path, flowers: list[dict[str, Any]], target: str) -> None:
    """Write a table of two numbers, a category and a target."""
    category = "kind" if target == "red" else "color"
    names = ["length", "width", category, target]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(flowers)


def cifar(path: Path, names: list[str], classes: int, count: int = 40) -> None:
    """Write images whose brightness is the fine label, after a coarse one."""
    draw = np.random.default_rng(0)
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            labels = draw.integers(0, classes, (count, 1), dtype=np.uint8)
            pixels = draw.integers(0, 50, (count, 3072), dtype=np.uint8)
            pixels += labels * (200 // classes)
            coarse = [labels // 5] if classes == 100 else []
            content = np.concatenate([*coarse, labels, pixels], 1).tobytes()
            member = tarfile.TarInfo(f"binary/{name}.bin")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

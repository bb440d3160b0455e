"""Time and memory to render 10,000 layers against 1,000, alternating.

Then a repeat of 1,000 blocks against one of 10, each as a cold command.

python benchmarks/scaling.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RUNS = 3
CODE = """
import resource, sys
from pathlib import Path
from mlpgen import api
texts = api.render(sys.argv[1], "explicit")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def layers(count: int, kind: str) -> list[str]:
    """Write the entries of many layers."""
    if kind == "equal":
        return [f"{each}" for _ in range(count // 2) for each in ("Linear: 64", "ReLU")]
    if kind == "different":  # they cannot become a loop
        return [
            each
            for index in range(count // 2)
            for each in (f"Linear: {32 + index % 7}", "ReLU")
        ]
    if kind == "outputs":
        return [f"{{Linear: 8, name: a{index}}}" for index in range(count)]
    window = '{kernel_size: "${k}", stride: "${s}"}'  # sizes that get names
    return ["Upsample: {scale_factor: 2}", f"AvgPool1d: {window}"] * (count // 2)


def spec(count: int, kind: str) -> str:
    """Write a spec with many layers."""
    entries = "".join(f"  - {each}\n" for each in layers(count, kind))
    shape, parameters = "[64]", ""
    if kind == "sizes":
        shape, parameters = "[4, 40960]", "parameters: {k: 3, s: 2}\n"
    text = f"name: Deep\n{parameters}input: {shape}\nlayers:\n{entries}"
    if kind == "outputs":
        text += f"outputs: [{', '.join(f'a{index}' for index in range(count))}]\n"
    return text


def repeat(count: int, *, grows: bool) -> str:
    """Write a spec that repeats a block; it may add channels each time."""
    last = "cat: {dim: 1}" if grows else "add"
    return f"""name: Deep
input: [8, 16, 16]
blocks:
  Layer:
    parameters: {{channels: 8}}
    layers:
      - BatchNorm2d
      - ReLU
      - Conv2d: {{out_channels: "${{channels}}", kernel_size: 3, padding: 1}}
        name: conv
      - {last.split(":")[0]}: {last.partition(": ")[2]}
        from: [input, conv]
layers:
  - Layer: 8
    repeat: {count}
"""


def command(path: Path) -> float:
    """Return the seconds of a cold `mlpgen render`."""
    start = time.perf_counter()
    mlpgen = str(Path(sys.executable).parent / "mlpgen")
    subprocess.run(
        [mlpgen, "render", path, "--style", "explicit", "--stdout"],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def repeats(folder: Path) -> None:
    """Print the ratios of repeats."""
    for grows in (False, True):
        small, large = folder / "small.yaml", folder / "large.yaml"
        small.write_text(repeat(10, grows=grows), encoding="utf-8")
        large.write_text(repeat(1_000, grows=grows), encoding="utf-8")
        pairs = [(command(large), command(small)) for _ in range(11)]
        ratio = median(a / b for a, b in pairs)
        kind = "growing" if grows else "equal"
        print(f"repeat of 1,000 {kind} blocks against 10: {ratio:.2f}      (at most 3)")


def run(path: Path) -> tuple[float, float]:
    """Return seconds and MiB to render a spec in a separate process."""
    start = time.perf_counter()
    command = [sys.executable, "-c", CODE, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, int(done.stdout) / 1024


def main() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as name:
        repeats(Path(name))
        for kind in ("different", "equal", "sizes", "outputs"):
            small, large = Path(name) / "small.yaml", Path(name) / "large.yaml"
            small.write_text(spec(1_000, kind), encoding="utf-8")
            large.write_text(spec(10_000, kind), encoding="utf-8")
            pairs = [(run(large), run(small)) for _ in range(RUNS)]
            seconds = median(a[0] / b[0] for a, b in pairs)
            memory = median(a[1] / b[1] for a, b in pairs)
            print(
                f"{kind:9} layers: 10,000 in "
                f"{median(a[0] for a, _ in pairs):.2f} s, 1,000 in "
                f"{median(b[0] for _, b in pairs):.2f} s, ratio {seconds:.1f}, "
                f"memory {memory:.1f}      (must be at most 12)"
            )


if __name__ == "__main__":
    main()

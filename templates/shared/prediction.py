"""What all uses of a trained model share: its checkpoint, command line, export."""

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import plots
from checkpoint import newest_run, read_checkpoint
from command_line import Parser, check_own, path_of, usable
from data_common import Data
from errors import RunError, guarded, one_line, printable
from hooks import tensors


class Kept(dict[str, Any]):
    """What a checkpoint tells, by its names."""

    def __missing__(self, key: str) -> Any:
        """Say in one line that something is not told.

        Raises:
            RunError: It is not.
        """
        raise RunError(f"the checkpoint is of another model: it does not tell {key!r}")


class Checkpoint(NamedTuple):
    """What a training has left.

    Attributes:
        path: Its file.
        settings: What the training was called with, by the names of the flags.
        about: What it has found out about its data: the names of classes, the scale.
        weights: Of the model; if their mean was trained too, the mean.
    """

    path: Path
    settings: Kept
    about: Kept
    weights: dict[str, Tensor]

    @property
    def folder(self) -> Path:
        """Where the run is."""
        return self.path.parent

    def restore(self, model: nn.Module, device: torch.device) -> None:
        """Give a model the weights, on a device, in the state of evaluation.

        Raises:
            RunError: They are of another one.
        """
        try:
            model.load_state_dict(self.weights)
        except Exception as error:
            why = one_line(error)
            raise RunError(f"{self.path} is of another model: {why}") from None
        model.to(device).eval()

    def check(self, about: Mapping[str, Any]) -> None:
        """See that data has the classes, or the characters, that were trained on.

        Raises:
            RunError: It has others.
        """
        for key in ("classes", "vocabulary"):
            if about.get(key) != self.about.get(key):
                raise RunError(f"the data has other {key} than what was trained on")


def read(run: Path) -> Checkpoint:
    """Read the best checkpoint of a run, or the one that is named itself.

    Raises:
        RunError: It cannot be read, or is none.
    """
    path = run / "best.pt" if run.is_dir() else run
    state = read_checkpoint(path)
    weights = state.get("model")
    if isinstance(mean := state.get("average"), dict):  # of `AveragedModel`
        weights = {
            str(name).removeprefix("module."): value
            for name, value in mean.items()
            if name != "n_averaged"
        }
    if not isinstance(weights, dict):
        raise RunError(f"{path} is no checkpoint of a run: it has no weights")
    return Checkpoint(path, Kept(state["settings"]), Kept(state["about"]), weights)


def start(
    use: Callable[[argparse.Namespace], None],
    about: str | None,
    runs: str,
    own: Sequence[str] = (),
) -> None:
    """Read the command line and do what it asks for; any mistake is one line.

    Args:
        use: Does so.
        about: What the script does; of more than one line, the first.
        runs: The folder that has a folder for each run.
        own: Files of the model's author that must be the ones that were imported.
    """
    parser = command_line(about, runs)

    def main() -> None:
        args = parser.parse_args()
        if not (args.files or args.evaluate or args.plot or args.export):
            parser.error("name a FILE, or --evaluate, --plot or --export")
        if (args.layers or args.layer) and not args.files:
            parser.error("--layers and --layer want a FILE for the model to look at")
        args.device = usable(args.device)
        args.run = args.run or newest_run(Path(runs))
        if args.run == Path(runs) and not args.run.exists():
            raise RunError(f"{runs} has no run yet: train a model, or name a --run")
        check_own(own)
        if args.plot:
            plots.require_matplotlib()
        args.draw_layers = args.plot and args.layers
        args.plot = args.plot and not args.layers
        use(args)

    guarded(main)


def command_line(about: str | None, runs: str) -> Parser:
    """Make the parser of a script that uses a trained model."""
    parser = Parser(description=(about or "").partition("\n")[0])
    parser.add_argument(
        "files", nargs="*", type=path_of, metavar="FILE", help="to look at"
    )
    for name, kind, default, help_ in (
        ("run", path_of, None, f"or a checkpoint; without it, the newest of {runs}"),
        ("data-dir", path_of, Path("data"), "has the data in it"),
        ("device", str, "cpu", "such as cpu, cuda:0, mps"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=help_)
    parser.add_argument(
        "--export", choices=["onnx", "pt2"], help="write the model beside its run"
    )
    parser.add_argument("--layer", metavar="NAME", help="print what it makes of FILE")
    for name, help_ in (
        ("layers", "show what each layer makes of FILE; with --plot, draw it"),
        ("evaluate", "print the metrics of the test data"),
        ("plot", "draw curves and results into the run"),
        ("traceback", "show where an error comes from"),
    ):
        parser.add_argument(f"--{name}", action="store_true", help=help_)
    return parser


def print_classes(
    path: Path,
    model: nn.Module,
    probabilities: plots.Outputs,
    features: Tensor,
    classes: Sequence[str],
) -> None:
    """Print the likeliest classes of each example of a file.

    Args:
        path: The file.
        model: In the state of evaluation.
        probabilities: Gives those of the classes, (N, K).
        features: What was read from the file, (N, …).
        classes: Their names.
    """
    for chances in _results(model, probabilities, features):
        for row in _known(chances, classes):
            best, labels = row.topk(min(3, len(classes)))
            shown = zip(best.tolist(), labels.tolist(), strict=True)
            words = [f"{classes[label]} {chance:6.1%}" for chance, label in shown]
            print(printable(f"{path}: {'  '.join(words)}"))


def print_numbers(
    path: Path, model: nn.Module, outputs: plots.Outputs, features: Tensor
) -> None:
    """Print what the model gives for each example of a file, (N, …)."""
    for results in _results(model, outputs, features):
        for values in results:
            shown = "  ".join(f"{value:.4g}" for value in values.flatten().tolist())
            print(printable(f"{path}: {shown}"))


def print_errors(
    path: Path, model: nn.Module, outputs: plots.Outputs, features: Tensor
) -> None:
    """Print how far each example of a file is from what the model makes of it."""
    results = torch.cat([each.cpu() for each in _results(model, outputs, features)])
    errors = (results - features.cpu()).square().flatten(1).mean(1)
    for error in errors.tolist():
        print(printable(f"{path}: mean squared error {error:.5f}"))


def print_means(means: Mapping[str, float]) -> None:
    """Print metrics of the test data."""
    for name, value in means.items():
        print(f"test_{name}  {value:.4f}")


def print_text(path: Path, text: str) -> None:
    """Print a text that begins as a file does."""
    lines = f"{path}: {text.strip()}".split("\n")
    print("\n".join(map(printable, lines)))


def write_confusion(
    folder: Path,
    model: nn.Module,
    probabilities: plots.Outputs,
    data: Data,
    classes: Sequence[str],
) -> None:
    """Count how often which class is taken for which, into confusion.csv."""
    size = len(classes)
    counts = torch.zeros(size**2, dtype=torch.int64)
    for start in range(0, len(data), plots.AT_ONCE):
        features, targets = data.between(start, start + plots.AT_ONCE)
        taken = _known(probabilities(model, features), classes).argmax(dim=1)
        counts += (size * targets + taken).cpu().bincount(minlength=size**2)
    table = counts.view(size, size)
    path = folder / "confusion.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["class", *classes])
        rows = zip(classes, table.tolist(), strict=True)
        writer.writerows([name, *row] for name, row in rows)
    wrong = table.fill_diagonal_(0).flatten()
    for place in wrong.argsort(descending=True)[:5].tolist():
        if wrong[place]:
            names = f"{classes[place // size]} taken for {classes[place % size]}"
            print(printable(f"{names}: {int(wrong[place])}"))
    print(printable(str(path)))


def export(
    model: nn.Module,
    shape: Sequence[int],
    kind: str,
    folder: Path,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Export a model by torch's own exporters, and compare what it gives.

    Args:
        model: In the state of evaluation.
        shape: Of one example; the exported model takes any number of them.
        kind: "pt2" or "onnx".
        folder: Gets the file.
        dtype: Of an example.

    Raises:
        RunError: A package is not there, or the outputs differ.
    """
    path = folder / f"model.{kind}"
    device = next(model.parameters()).device
    example = torch.zeros(2, *shape, device=device, dtype=dtype)
    batch = torch.export.Dim("batch")
    program = torch.export.export(model, (example,), dynamic_shapes=[{0: batch}])
    ours = [tensor for _, tensor in tensors(model(example))]
    if path.suffix == ".pt2":
        torch.export.save(program, path)
        result = torch.export.load(path).module()(example)
        theirs = [tensor for _, tensor in tensors(result)]
    else:
        try:
            torch.onnx.export(program, (), path, verbose=False)
        except ImportError:
            wanted = "pip install onnx onnxscript onnxruntime"
            raise RunError(f"--export onnx needs packages: {wanted}") from None
        theirs = run_onnx(path, example)
    for one, other in zip(ours, theirs, strict=False):
        if not torch.allclose(one.cpu(), other.cpu(), rtol=1e-3, atol=1e-4):
            raise RunError(f"{path} gives other outputs than the model")
    said = "the same outputs" if theirs else "not checked: pip install onnxruntime"
    print(printable(f"{path}: {said}"))


def run_onnx(path: Path, example: Tensor) -> list[Tensor]:
    """Return the outputs of an exported model, or nothing without onnxruntime."""
    try:
        from onnxruntime import InferenceSession  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return []
    session = InferenceSession(str(path))
    name = session.get_inputs()[0].name
    arrays = session.run(None, {name: example.cpu().numpy()})
    return [torch.tensor(array) for array in arrays]


def _results(
    model: nn.Module, outputs: plots.Outputs, features: Tensor
) -> Iterator[Tensor]:
    """Yield what a model gives for some features at a time, on its own device."""
    device = next(model.parameters()).device
    for start in range(0, len(features), plots.AT_ONCE):
        yield outputs(model, features[start : start + plots.AT_ONCE].to(device))


def _known(chances: Tensor, classes: Sequence[str]) -> Tensor:
    """Return the probabilities of classes that there are; a model may tell more."""
    if not 1 <= len(classes) <= chances.shape[1]:
        raise RunError(
            f"the checkpoint names {len(classes)} classes, the model tells "
            f"{chances.shape[1]} apart"
        )
    return chances[:, : len(classes)]

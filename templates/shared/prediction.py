"""What all uses of a trained model share: its checkpoint and command line."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from torch import Tensor, nn

import checkpoint
import hooks
import plots
from changes import Spec
from command_line import usable
from damage import Kept, faults_of
from data_common import DataError, Features, Splits, named
from data_features import count_of, each_of
from data_files import FileKind, Numbering, Reader
from errors import RunError, guarded, note
from parting_marks import parted_anew
from postprocessing import postprocessing
from prediction_flags import Flags, asked, parser_of
from predictions import Name, check_out
from preprocessing import Preprocessor
from pretrained import beside_weights, told_names
from run_differences import run_told
from starting import give_weights
from weight_files import FoundWeights, read_weights

MUST_BE_EQUAL = {
    "classes": "other classes",
    "vocabulary": "another vocabulary",
    "fit": "another fit",
    "ends": "images with another black and white",
}
"""What a model knows of its data that an evaluation cannot bring to another."""

T = TypeVar("T", bound=nn.Module)
Known = Callable[[argparse.Namespace], Mapping[str, Any]]
"""What tells, for weights that no run has made, what there is to know of the data."""


class Loaded(NamedTuple, Generic[T]):
    """A trained model, and what is needed to use it.

    Attributes:
        model: The model, in the state of evaluation.
        classes: The names of its outputs, in their order, if it tells classes apart.
        preprocess: Brings raw examples, such as pixels, to what the model takes.
        read: Reads files as what the model takes, (N, …); of a model with several
            inputs a tuple of such, in their order.
        about: What else the training has found out about its data.
        postprocess: Brings the first output of the model to the unit of the data, if
            the loss had targets in another one.
    """

    model: T
    classes: list[str]
    preprocess: Preprocessor
    read: Callable[..., Features]
    about: dict[str, Any]
    postprocess: nn.Module


class Trained(NamedTuple):
    """What a training has left, and what is asked of it.

    Attributes:
        args: The command line.
        path: The checkpoint.
        settings: What the training was called with, by the names of the flags.
        about: What it has found out about its data: the names of classes, the scale.
        weights: Of the model; if their mean was trained too, the mean.
        told: Lines that say where the weights come from, and what differs today.
        pretrained: What a file of weights has, if they are not those of a run.
    """

    args: argparse.Namespace
    path: Path
    settings: Kept
    about: Kept
    weights: dict[str, Tensor]
    told: tuple[str, ...] = ()
    pretrained: FoundWeights | None = None

    @property
    def folder(self) -> Path:
        """Where the run is."""
        return self.path.parent

    def restore(self, model: nn.Module) -> None:
        """Give a model the weights, on the device, in the state of evaluation."""
        if self.pretrained:
            give_weights(model, self.pretrained, learns=False)
        else:
            self._load(model)
        for line in self.told:
            note(line)
        model.to(self.args.device).eval()

    def _load(self, model: nn.Module) -> None:
        checkpoint.check_weights(self.path, model, self.weights)
        try:
            model.load_state_dict(self.weights)
        except Exception:  # of another layout, or none that can be copied
            raise RunError(f"{self.path} is damaged: its weights are none") from None

    def loaded(
        self, model: T, classes: list[str], preprocess: Preprocessor, read: Reader
    ) -> Loaded[T]:
        """Put a model together with what it needs, on the device."""
        self.restore(model)
        device = self.args.device

        def reading(*paths: str | Path) -> Features:
            found = read([*map(Path, paths)], self.about)
            return each_of(found, lambda each: each.to(device))

        after = postprocessing(self.about).to(device)
        return Loaded(model, classes, preprocess.to(device), reading, self.about, after)

    def files(self, read: Reader) -> Iterator[tuple[Path, Features]]:
        """Yield each file and what is in it; a mistake says in which it is."""
        for path in self.args.files:
            try:
                found = read([path], self.about)
            except DataError as error:
                if str(path) in str(error):
                    raise
                raise DataError(f"{path}: {error}") from None
            yield path, found

    def examples(
        self, read: Reader, batch_size: int, numbered: Numbering | None = None
    ) -> Iterator[tuple[list[Name], Features]]:
        """Yield what is in the files, on the device, some examples at a time.

        Args:
            read: Reads a file.
            batch_size: How many.
            numbered: Numbers the examples of a file, if not all that is in it is one.
        """
        for path, found in self.files(read):
            count = count_of(found)
            rows = numbered(path, self.about) if numbered else range(1, count + 1)
            names = [Name(path, row, count == 1) for row in rows]
            for start in range(0, count, batch_size):
                some = slice(start, start + batch_size)
                yield names[some], self._some(found, some)

    def _some(self, features: Features, some: slice) -> Features:
        """Return some examples of each input, on the device."""
        return each_of(features, lambda each: each[some].to(self.args.device))

    def checked(self, data: Splits) -> Splits:
        """See that data has the classes, or the characters, that were trained on.

        Its test data is brought to the scale that the model knows.

        Raises:
            RunError: It has others, or its test may have been trained on.
        """
        if self.pretrained:
            told_names(self.path, self.about, data.about)
        for key, what in MUST_BE_EQUAL.items():
            if data.about.get(key) != self.about.get(key):
                raise RunError(f"the data has {what} than what was trained on")
        if said := parted_anew(self.about, data.about, "test"):
            raise RunError(said)
        if self.pretrained:
            note(f"{self.path} may have learned from what it is tested with")
        elif "parted" in data.about and "parted" not in self.about:
            note(f"older scripts made {self.path}: it does not tell what was tested")
        if scales(data.about) != scales(self.about):
            data.test.rescale(data.about, self.about)
        return data


def scales(about: Mapping[str, Any]) -> list[list[Any]]:
    """Return the scale of each input, of columns and of targets, and what they mean."""
    inputs = about.get("inputs", {"input": about})
    keys = ("mean", "std", "columns", "targets", "target_columns")
    return [[each.get(key) for key in keys] for each in (*inputs.values(), about)]


def read(args: argparse.Namespace, spec: Spec | None = None) -> Trained:
    """Read the best checkpoint of a run, or the one that is named itself.

    Args:
        args: The command line.
        spec: What the scripts were made from.
    """
    path = args.run / "best.pt" if args.run.is_dir() else args.run
    if args.run.is_dir() and not path.exists() and checkpoint.has_run(args.run):
        said = f"{path} is not there: no epoch was evaluated yet, or it is gone"
        raise RunError(f"{said}; --run {args.run / 'last.pt'} uses the last weights")
    state = checkpoint.read(path)
    weights = state.get("model")
    if isinstance(mean := state.get("average"), dict):  # of `AveragedModel`
        weights = {
            str(name).removeprefix("module."): value
            for name, value in mean.items()
            if name != "n_averaged"
        }
    if faults := [*faults_of(state["about"])]:
        said = f"{path} is damaged: what it knows of the data has no right"
        raise RunError(f"{said} {named(faults)}{checkpoint.instead_of(path)}")
    if not isinstance(weights, dict):
        raise RunError(f"{path} is no checkpoint of a run: it has no weights")
    settings, told = Kept(state["settings"]), run_told(path, state, spec)
    if args.data_dir is None:
        args.data_dir = Path(str(settings.get("data_dir", "data")))
    return Trained(args, path, settings, Kept(state["about"]), weights, told)


def find(
    run: str | Path | None,
    runs: str,
    device: str,
    spec: Spec,
    weights: str | Path | None,
    known: Known,
) -> Trained:
    """Read what a training has left, as `load` of a script asks for it.

    Args:
        run: A run or a checkpoint; None for the newest run.
        runs: The folder with a folder for each run.
        device: Where the model goes.
        spec: What the script was made from.
        weights: A file of weights, in place of those of a run.
        known: Tells what there is to know of the data.

    Raises:
        RunError: There is none, or it is of another network.
    """
    run, weights = (None if each is None else Path(each) for each in (run, weights))
    args = argparse.Namespace(
        device=usable(device), run=run, weights=weights, data_dir=None, files=[]
    )
    return asked_for(args, Path(runs), spec, known)


def asked_for(
    args: argparse.Namespace, runs: Path, spec: Spec, known: Known
) -> Trained:
    """Read a run, or a file of weights, or those with what a run knows.

    Args:
        args: The command line.
        runs: The folder with a folder for each run.
        spec: What the script was made from.
        known: Tells what there is to know of the data.
    """
    weights = None if args.weights is None else read_weights(args.weights)
    if weights and weights.of_run and args.run is None:
        args.run, weights = weights.path, None
    if weights is None or args.run is not None:
        args.run = found(args.run, runs)
        run = read(args, spec)
        return run._replace(path=weights.path, pretrained=weights) if weights else run
    args.data_dir = args.data_dir or Path("data")
    settings, about, told = beside_weights(
        weights, spec, args.data_dir, lambda: known(args)
    )
    tensors = weights.tensors
    return Trained(
        args, weights.path, Kept(settings), Kept(about), tensors, told, weights
    )


def start(
    use: Callable[[Trained], None],
    about: str | None,
    runs: str,
    spec: Spec,
    files: FileKind,
    known: Known,
    flags: Flags | None = None,
) -> None:
    """Do what the command line asks for; any mistake is one line.

    Args:
        use: Does it.
        about: What the script does.
        runs: The folder with a folder for each run.
        spec: What the script was made from.
        files: What the model looks at.
        known: Tells what there is to know of the data.
        flags: Of the script itself.
    """
    parser = parser_of(about, runs, flags)

    def main() -> None:
        args = asked(parser, flags)
        args.device = usable(args.device)
        args.files = [*files.found(args.files)]
        check_out(args.out, args.files)
        if args.plot:
            plots.require_matplotlib()
        args.draw_layers = args.plot and args.layers
        args.plot = args.plot and not args.layers
        use(asked_for(args, Path(runs), spec, known))

    guarded(main)


def found(run: Path | None, runs: Path) -> Path:
    """Return a checkpoint, a run, or without one the newest of some runs."""
    if run is not None and not run.is_dir():
        return run
    script = f"train_{runs.name}"
    start = f"-m {__package__}.{script}" if __package__ else f"{script}.py"
    advice = f"train first: python {start}"
    where = "" if run else f"no --run is given, and {runs.absolute()}"
    return checkpoint.newest_run(run or runs, ["best.pt"], advice, where)


def print_means(means: Mapping[str, float]) -> None:
    """Print metrics of the test data."""
    for name, value in means.items():
        print(f"test_{name}  {value:.4f}")


def show_layers(run: Trained, model: nn.Module, read: Reader, batch_size: int) -> None:
    """Show what layers make of files, as --layers, --layer and --plot ask for it.

    They are called once; of more examples than a batch, with those that come first.
    """
    args = run.args
    if not (args.layers or args.layer):
        return
    found, some = read(args.files, run.about), slice(batch_size)
    features = each_of(found, lambda each: each[some].to(args.device))
    outputs = hooks.outputs_of_layers(model, features)
    if args.layer:
        hooks.print_layer(outputs, args.layer)
    if args.layers:
        hooks.print_layers(model, outputs)
    if args.draw_layers:
        plots.save_layers(run.folder, outputs)

"""Predictions for examples of files: printed, or written as CSV or JSON."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_common import named, names_of_targets
from errors import RunError, note, printable, short
from prediction_records import all_finite, as_csv, as_json

TOP = 3
"""Classes that are printed, if the command line does not say how many."""
MANY = 40
"""Numbers of an example that are printed; of more, only from where to where they go."""
DRAWN_FILES = 10
"""Examples that are drawn beside what a model makes of them."""
FORMATS = ("text", "csv", "json")
BEGINNING = 4096
"""Bytes of a file by which it is known."""
WRITTEN_BEFORE = (
    b'[\n{"file": ',
    *(b"file,row," + key for key in (b"prediction", b"mean_squared_error", b"text")),
)
"""What earlier predictions begin with, as CSV and JSON."""


class Name(NamedTuple):
    """Where an example comes from.

    Attributes:
        file: The file.
        row: Its place there, from 1.
        alone: Whether the file has no other.
    """

    file: Path
    row: int
    alone: bool

    def __str__(self) -> str:
        """Return it as printed before a prediction."""
        return f"{self.file}" if self.alone else f"{self.file}, row {self.row}"


class Predictions:
    """What a model predicts, as the command line asks for it.

    Text is printed at once; tables, and what goes into a file, are written at the end.

    Attributes:
        restored: The first examples that a model restores, to be drawn: the name and
            the error, the example, and what is made of it.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.top: int | None = args.top
        self.out: Path | None = args.out
        self.format: str = format_of(args)
        self.restored: list[tuple[str, Tensor, Tensor]] = []
        self._lines: list[str] = []
        self._records: list[dict[str, Any]] = []
        self._listed: Sequence[str] = ()  # the classes, which have a column each
        self._odd: list[Name] = []  # whose predictions are not finite

    def add_classes(
        self, names: Sequence[Name], chances: Tensor, classes: Sequence[str]
    ) -> None:
        """Take the probabilities of classes, (N, K), the likeliest first if few count.

        The model may tell more classes apart than there are.
        """
        known, told = len(classes), chances.shape[1]
        if not 1 <= known <= told:
            said = f"the checkpoint names {known} classes, the model tells {told} apart"
            raise RunError(said)
        self._listed = classes
        every = known if self.format != "text" else TOP
        most = min(every if self.top is None else self.top, known)
        for name, row in zip(names, chances[:, :known], strict=True):
            best, labels = row.topk(most)
            shown = [*zip(best.tolist(), labels.tolist(), strict=True)]
            words = [f"{classes[label]} {chance:6.1%}" for chance, label in shown]
            found = {
                "prediction": classes[int(row.argmax())],
                "probabilities": {classes[label]: chance for chance, label in shown},
            }
            self._add(name, "  ".join(words), found)

    def add_numbers(
        self, names: Sequence[Name], outputs: Tensor, about: Mapping[str, Any]
    ) -> None:
        """Take numbers, (N, …), each of a target if the data names as many."""
        self._refuse_top()
        for name, values in zip(names, outputs, strict=True):
            flat = values.flatten().tolist()
            shown = in_a_line([*map(short, flat)], about)
            if len(flat) > MANY:
                ends = f"{short(min(flat))} to {short(max(flat))}"
                shown = f"{[*values.shape]} numbers, {ends}"
            several = by_name(flat, about) or values.tolist()
            found = flat[0] if len(flat) == 1 else several
            self._add(name, shown, {"prediction": found})

    def add_places(
        self, names: Sequence[Name], chances: Tensor, classes: Sequence[str]
    ) -> None:
        """Take the probabilities of classes in each place, (N, K, …)."""
        self._refuse_top()
        best, labels = chances[:, : len(classes)].max(dim=1)
        for name, taken, sure in zip(names, labels, best, strict=True):
            found = nested(taken.tolist(), classes)
            said = "  ".join(found) if taken.ndim == 1 else shares(taken, classes)
            self._add(name, said, {"prediction": found, "probability": sure.tolist()})

    def add_several(
        self, names: Sequence[Name], chances: Tensor, about: Mapping[str, Any]
    ) -> None:
        """Take the chances of ones, (N, …), each of a target, as numbers are."""
        self._refuse_top()
        for name, row in zip(names, chances, strict=True):
            taken = (row > 0.5).long()
            said = f"{taken.float().mean():.1%} are 1"
            if row.ndim == 1:
                said = in_a_line([f"{chance:.1%}" for chance in row.tolist()], about)
            both = {"prediction": taken, "probability": row}
            found = {
                key: by_name(ones.flatten().tolist(), about) or ones.tolist()
                for key, ones in both.items()
            }
            self._add(name, said, found)

    def add_errors(
        self, names: Sequence[Name], features: Tensor, outputs: Tensor
    ) -> None:
        """Take how far examples, (N, …), are from what is made of them."""
        self._refuse_top()
        errors = (outputs - features).square().flatten(1).mean(1).tolist()
        for place, (name, error) in enumerate(zip(names, errors, strict=True)):
            said = f"mean squared error {error:.5f}"
            self._add(name, said, {"mean_squared_error": error})
            if len(self.restored) < DRAWN_FILES:
                short_name = name.file.name if name.alone else f"row {name.row}"
                title = f"{short_name}\nerror {error:.4g}"
                seen, made = features[place].cpu(), outputs[place].cpu()
                self.restored.append((title, seen, made))

    def add_text(self, file: Path, text: str) -> None:
        """Take a text that begins as a file does."""
        self._refuse_top()
        self._add(Name(file, 1, alone=True), text.strip(), {"text": text.strip("\n")})

    def write(self) -> None:
        """Write what is not printed yet; say of which examples it is no number."""
        if self._odd:
            said = f"NaN or infinite numbers are predicted for {named(self._odd)}"
            note(f"{said}: see what is in the file, or train again with a smaller --lr")
        if self.format == "text":
            text = "".join(f"{line}\n" for line in self._lines)
        elif self.format == "json":
            text = as_json(self._records)
        else:
            text = as_csv(self._records, self._listed, shown=self.out is None)
        if self.out is None:
            print(text, end="")
            return
        try:
            self.out.write_text(text, "utf-8", "backslashreplace", newline="")
        except OSError as error:
            raise RunError(f"--out {self.out}: {error.strerror or error}") from None

    def _add(self, name: Name, said: str, found: dict[str, Any]) -> None:
        if not all_finite([*found.values()]):
            self._odd.append(name)
        if self.format != "text":
            self._records.append({"file": str(name.file), "row": name.row, **found})
            return
        for line in f"{name}: {said}".split("\n"):
            if self.out is None:
                print(printable(line))
            else:
                self._lines.append(line)

    def _refuse_top(self) -> None:
        if self.top is not None:
            raise RunError("--top is for a model that tells classes apart")


def by_name(values: Sequence[Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return several values of an example by the names of their targets, if known."""
    names = names_of_targets(about, len(values))
    return dict(zip(names, values, strict=True)) if len(names) > 1 else {}


def in_a_line(words: Sequence[str], about: Mapping[str, Any]) -> str:
    """Write what is said of an example, each with its target, if these are known."""
    pairs = by_name(words, about).items()
    return "  ".join([f"{name} {word}" for name, word in pairs] or words)


def nested(labels: Any, classes: Sequence[str]) -> Any:
    """Return nested labels as the names of their classes."""
    if isinstance(labels, list):
        return [nested(each, classes) for each in labels]
    return classes[labels]


def shares(labels: Tensor, classes: Sequence[str]) -> str:
    """Say how much of an example is of which class, the most frequent first."""
    counts = labels.flatten().bincount(minlength=len(classes)).double()
    found = (counts / counts.sum()).topk(min(TOP, len(classes)))
    pairs = zip(found.values.tolist(), found.indices.tolist(), strict=True)
    return "  ".join(f"{classes[label]} {share:.1%}" for share, label in pairs)


def of_two(chances: Tensor) -> Tensor:
    """Return the chances of two classes, (N, 2), from those of the second, (N, …)."""
    second = chances.reshape(-1, 1)
    return torch.cat([1 - second, second], dim=1)


def check_arguments(args: argparse.Namespace) -> None:
    """See that what is asked of predictions can be done.

    Raises:
        RunError: It can't.
    """
    asked = {"--format": args.format, "--top": args.top, "--out": args.out}
    for flag, value in asked.items():
        if value is not None and not args.files:
            raise RunError(f"{flag} needs a FILE to predict for")
    if args.top is not None and args.top < 1:
        raise RunError(f"--top {args.top} must be at least 1")
    if args.out is not None:
        if not args.out.parent.is_dir():
            raise RunError(f"--out {args.out}: there is no folder {args.out.parent}")
        if args.out.is_dir():
            raise RunError(f"--out {args.out} is a folder: name a file in it")
        return
    others = ("layers", "layer", "evaluate", "plot", "export")
    more = [f"--{name}" for name in others if getattr(args, name)]
    if more and format_of(args) != "text":
        said = f"--format {args.format} and {more[0]} both print"
        raise RunError(f"{said}: --out FILE keeps them apart")


def check_out(out: Path | None, files: Sequence[Path]) -> None:
    """See that predictions take no other file's place than that of earlier ones.

    Args:
        out: What they are written to, if they are.
        files: What they are for.

    Raises:
        RunError: It is another file.
    """
    if out is None or not out.is_file():  # new, or a device or pipe
        return
    if any(path.exists() and path.samefile(out) for path in files):
        raise RunError(f"--out {out} is a file to predict for: name another one")
    with out.open("rb") as file:
        begin = file.read(BEGINNING)
    lines = tuple(f"{path}{end}".encode() for path in files for end in (":", ", row "))
    if begin and not begin.startswith((*WRITTEN_BEFORE, *lines)):
        said = f"--out {out} is there already, and no predictions begin like it"
        raise RunError(f"{said}: name another file, or remove it first")


def format_of(args: argparse.Namespace) -> str:
    """Return the format of predictions; the name of a file can say it."""
    if args.format is not None:
        return str(args.format)
    ending = args.out.suffix[1:].lower() if args.out else ""
    return ending if ending in FORMATS else "text"

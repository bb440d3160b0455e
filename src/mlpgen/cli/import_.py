"""`mlpgen import`."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mlpgen.cli import options, printing
from mlpgen.importer.calls import UnsaidError
from mlpgen.importer.imported import Imported, imported
from mlpgen.importer.recording import FILES
from mlpgen.importer.session import Job, ModelError, Session
from mlpgen.names.identifiers import wrong_class_name
from mlpgen.output import atomic_write, files

if TYPE_CHECKING:
    from mlpgen.importer.recording import Place

    Shapes = tuple[tuple[str, tuple[int, ...], str], ...]
    """Inputs: name, sizes of one example, dtype."""

WEIGHTS = (".safetensors", ".pt", ".pth")
"""Files of weights: of safetensors, or of `torch.save`."""
DTYPES = ("float32", "int64", "bool")
_BATCH_OF_IMAGES = 4
"""How many sizes a batch of images has."""
_INPUT = re.compile(r"(?:(\w+(?:\.\w+)*)=)?(?:(\w+):)?(\d+(?:,\d+)*|)")


@click.command("import")
@click.argument("target", metavar="MODULE:NAME")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="[NAME=][DTYPE:]SIZES",
    help="The shape of one example, without the batch; several inputs by name.",
)
@click.option(
    "--example",
    type=options.AnyPath(),
    default=None,
    help="A file with examples to run it on, a batch: what `forward` takes (`.pt`).",
)
@click.option(
    "--arguments",
    default="{}",
    metavar="JSON",
    help="What the class or function is called with.",
)
@click.option(
    "--custom",
    multiple=True,
    metavar="CLASS",
    help="A class of the author that stays as it is: a `custom` layer (repeatable).",
)
@click.option("--name", default="", metavar="NAME", help="Another name for the class.")
@click.option(
    "--out",
    type=options.AnyPath(),
    default="-",
    show_default=True,
    help="The file; `-` prints it.",
)
@click.option(
    "--weights",
    type=options.AnyPath(),
    default=None,
    help="Write the weights of the model to this file, too (`.safetensors` or `.pt`).",
)
@click.option(
    "--no-certificate",
    is_flag=True,
    help="Leave out the checks of `mlpgen prove` behind the comparison.",
)
@click.option("--unproved", is_flag=True, help="Write a spec that is not proved equal.")
@click.option(
    "--timeout",
    type=click.IntRange(1, 86_400),
    metavar="SECONDS",
    default=300,
    show_default=True,
    help="How long the model may take.",
)
def command(
    target: str,
    inputs: tuple[str, ...],
    example: str | None,
    arguments: str,
    custom: tuple[str, ...],
    name: str,
    out: str,
    weights: str | None,
    no_certificate: bool,
    unproved: bool,
    timeout: int,
) -> int:
    """Turn a model of PyTorch into a spec, and prove that both are equal.

    MODULE:NAME is a class or a function that returns a model,
    `torchvision.models:resnet18` or `net.py:Net`, or a file of `torch.export.save`,
    `net.pt2`. Code of the author runs in a process of its own. The spec has a block
    for each class of the author, and the keys of the state_dict stay; it is compared
    with the original, with the same weights: outputs, gradients, keys, shapes.

    \b
    Example:
      mlpgen import torchvision.models:resnet18 --input 3,224,224 --out resnet18.yaml
      mlpgen import net.py:Net --input int64:16 --arguments '{"vocabulary": 1000}'
    """
    file = target.endswith(FILES)
    if file and (inputs or example or arguments != "{}"):
        raise click.UsageError(f"`{target}` has its inputs and arguments inside")
    if file and custom:
        raise click.UsageError(f"`{target}` has no code of a class: no --custom")
    if not file and bool(inputs) == bool(example):
        raise click.UsageError("expected --input (or else --example)")
    job = Job(
        _target(target), _arguments(arguments), _inputs(inputs), example or "", custom
    )
    _need_name(name)
    for path in (out, weights):
        if path is not None and path != "-":
            files.need_new(Path(path))
    if weights is not None:
        _need_weights(Path(weights))
    runs = "reads" if file else "runs the code of"
    printing.say(f"note: this {runs} `{target}`", aside=True)
    try:
        with Session(job, timeout) as session:
            found = imported(session, name, certify=not no_certificate)
            _certificate(found)
            if not found.proved and not unproved:
                printing.say("not proved equal: no spec is written", aside=True)
                return 1
            if weights is not None:
                session.save(weights)
    except ModelError as error:
        words = f"the model fails: {error.message}" if error.own else error.message
        way = _about_batch(job.inputs) if error.own else []
        way += [] if error.inside is None else _way_on(error.inside)
        return _failed(_located(words, error.place), way)
    except RecursionError:
        message = "modules are too deep in each other for a spec"
        raise click.ClickException(message) from None
    except UnsaidError as error:
        inside = f", in `{error.path}`" if error.path else ""
        said = _located(f"no spec can say this{inside}: {error.message}", error.place)
        return _failed(said, [] if file else _way_on(error.inside))
    if out == "-":
        printing.as_it_is(found.text)
    else:
        atomic_write.write({Path(out): found.text})
        printing.say(f"{out}: ", printing.Painted("written", "green"), aside=True)
        printing.say(f"`mlpgen prove {out}` runs all of its checks", aside=True)
    return 0


def _failed(message: str, way: list[str]) -> int:
    """Say what is wrong, and the way on; return the exit code."""
    printing.usage(click.ClickException(message))
    for line in way:
        printing.say(line, aside=True)
    return 2


def _about_batch(inputs: Shapes) -> list[str]:
    """Say what an input is without the batch that its shape seems to begin with."""
    for name, sizes, dtype in inputs:
        if len(sizes) > 1 and (sizes[0] == 1 or len(sizes) == _BATCH_OF_IMAGES):
            begin = f"{name}=" if name else ""
            begin += f"{dtype}:" if dtype != "float32" else ""
            rest = ",".join(map(str, sizes[1:]))
            text = "--input is one example: if its first size is the batch, write"
            return [f"{text} {begin}{rest}"]
    return []


def _way_on(name: str) -> list[str]:
    """Say which command keeps the class around what no spec can say."""
    if not name:
        text = "what is in a class of its own can be kept as it is: --custom CLASS"
        return [text]
    text = f"to keep `{name}` as it is, and have a spec of all others:"
    context = click.get_current_context()
    words: list[str] = []
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        given = context.get_parameter_source(parameter.name or "")
        if given is not ParameterSource.COMMANDLINE:
            continue
        if isinstance(parameter, click.Argument):
            words.append(str(value))
        elif value is True:
            words.append(parameter.opts[0])
        else:
            values = value if isinstance(value, tuple) else (value,)
            words += [w for each in values for w in (parameter.opts[0], str(each))]
    command = shlex.join(["mlpgen", "import", *words, "--custom", name])
    return [text, f"  {command}"]


def _located(message: str, place: Place | None) -> str:
    if place is None or not place.file:
        return message
    return f"{place.file}:{place.line}: {message}"


def _target(text: str) -> str:
    if text.endswith(FILES):
        return text
    place, _, name = text.rpartition(":")
    if not place or not all(part.isidentifier() for part in name.split(".")):
        message = f"`{text}` names no model: expected net.py:Net or package.module:name"
        raise click.BadParameter(message, param_hint="MODULE:NAME")
    return text


def _need_name(name: str) -> None:
    if reason := name and wrong_class_name(name):
        message = f"`{name}` cannot be the name of a class: {reason}"
        raise click.BadParameter(message, param_hint="--name")


def _need_weights(path: Path) -> None:
    message = ""
    if path.suffix not in WEIGHTS:
        message = f"expected {', '.join(WEIGHTS[:-1])} or {WEIGHTS[-1]}, not `{path}`"
    elif not path.parent.is_dir():
        message = f"there is no folder `{path.parent}`"
    if message:
        raise click.BadParameter(message, param_hint="--weights")


def _arguments(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(
            f"this is no JSON: {error}", param_hint="--arguments"
        ) from None
    if not isinstance(found, dict):
        raise click.BadParameter("expected {name: value, …}", param_hint="--arguments")
    return found


def _inputs(texts: tuple[str, ...]) -> Shapes:
    found = tuple(shape_of(each) for each in texts)
    names = [name for name, _, _ in found if name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f"the input `{twice}` is there twice"
        raise click.BadParameter(message, param_hint="--input")
    return found


def shape_of(text: str) -> tuple[str, tuple[int, ...], str]:
    """Return name, sizes and dtype of an input such as `tokens=int64:16`."""
    match = _INPUT.fullmatch(text)
    dtype = (match and match[2]) or "float32"
    sizes = tuple(int(each) for each in match[3].split(",") if each) if match else ()
    if match is None or dtype not in DTYPES or 0 in sizes:
        message = f"`{text}` is no shape: expected 3,224,224, int64:16 or image=3,32,32"
        raise click.BadParameter(message, param_hint="--input")
    return match[1] or "", sizes, dtype


def _certificate(found: Imported) -> None:
    width = max((len(check.name) for check in found.checks), default=0)
    colors = {"ok": "green", "failed": "red", "note": "yellow"}
    for check in found.checks:
        printing.say(
            f"  {check.name.ljust(width)}  ",
            printing.Painted(check.status.ljust(6), colors[check.status]),
            f"  {check.detail}",
            aside=True,
        )

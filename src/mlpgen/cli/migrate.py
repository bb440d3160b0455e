"""`mlpgen migrate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlpgen import api
from mlpgen.cli import options, printing
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.migration.plan import migration
from mlpgen.migration.process import Request as MoveRequest
from mlpgen.migration.process import UnmovedError, move
from mlpgen.migration.table import plan_table
from mlpgen.output.atomic_write import new_file
from mlpgen.proof.process import NoTorchError
from mlpgen.spec.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.api import Network
    from mlpgen.migration.plan import Migration
    from mlpgen.migration.process import Moved

SAFE = ".safetensors"
PICKLED = (".pt", ".pth", ".bin")
"""How the names of files end that `torch.save` writes."""


@click.command("migrate")
@click.argument("paths", nargs=-1, required=True, type=options.AnyPath())
@click.option(
    "--against",
    metavar="REV",
    help="The old spec is NEW as it was in this revision of git.",
)
@click.option(
    "--out",
    type=options.AnyPath(),
    help=f"The file to write, in the format of its name: {', '.join(PICKLED)}, {SAFE}.",
)
@click.option(
    "--dry-run", is_flag=True, help="Print the plan only; CHECKPOINT is optional."
)
@options.set_option
@click.option(
    "--set-old",
    "old_settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="What a parameter of the old spec was when the checkpoint was made.",
)
@options.format_option
def command(
    paths: tuple[str, ...],
    against: str | None,
    out: str | None,
    dry_run: bool,
    settings: tuple[str, ...],
    old_settings: tuple[str, ...],
    format_: str,
) -> int:
    """Make a checkpoint of the spec OLD one of the spec NEW: OLD NEW CHECKPOINT.

    The plan comes first: which tensors are kept, renamed, moved, widened, narrowed, new
    or dropped. Wider layers and new blocks leave the outputs as they are, where that is
    possible. Then the outputs of both networks are compared on random inputs. Exit 1,
    and nothing is written, if the outputs differ where the plan promised them.

    \b
    Example:
      mlpgen migrate old.yaml new.yaml runs/1/best.pt --out wider.pt
      mlpgen migrate --against main specs/net.yaml best.pt --out wider.safetensors
    """
    old_path, new_path, checkpoint = _named(paths, against, dry_run=dry_run)
    target = None if dry_run else _target(out, checkpoint)
    new = api.load(new_path, options.parse_settings(settings))
    values = options.parse_settings(old_settings)
    if against is None:
        old, name = api.load(old_path, values), old_path
    else:
        old, name = _then(against, old_path, new, values)
    plan = migration(old.graph, new.graph)
    if format_ != "json":
        _tell_plan(plan)
    if target is None:
        return _end(plan, None, "", format_)
    try:
        with new_file(target) as temporary:
            request = MoveRequest(checkpoint, name, temporary, target.suffix == SAFE)
            found = move(old, new, plan, request)
            broken = plan.exact and found.largest is not None and not found.close
            if broken:
                temporary.unlink(missing_ok=True)
    except FileExistsError:
        raise click.ClickException(f"{out} exists: name another file") from None
    except UnmovedError as error:
        raise click.ClickException(str(error)) from None
    except NoTorchError:
        message = f"`migrate` needs torch, which {sys.executable} does not have"
        raise click.ClickException(f"{message}: pip install torch") from None
    return _end(plan, found, "" if broken else str(out), format_)


def _named(
    paths: tuple[str, ...], against: str | None, *, dry_run: bool
) -> tuple[str, str, str]:
    """Return the old spec, the new one and the checkpoint; a plan alone needs none."""
    words = ["NEW"] if against is not None else ["OLD", "NEW"]
    given = len(paths) - len(words)
    if given == 1 or (given == 0 and dry_run):
        specs = paths[: len(words)]
        return specs[0], specs[-1], paths[-1] if given else ""
    wanted = f"{', '.join(words)} and CHECKPOINT"
    raise click.UsageError(f"expected {wanted}, but got {counted(len(paths), 'name')}")


def _target(out: str | None, checkpoint: str) -> Path:
    """Return the file to write, which must not exist."""
    if out is None:
        raise click.UsageError("Missing option '--out', or --dry-run")
    target = Path(out)
    if target.suffix not in (*PICKLED, SAFE):
        raise click.UsageError(f"{out} must end with {', '.join(PICKLED)} or {SAFE}")
    if target.exists() or target.is_symlink():
        same = Path(checkpoint).exists() and target.exists()
        if same and target.samefile(checkpoint):
            raise click.ClickException(f"{out} is the checkpoint itself: name another")
        raise click.ClickException(f"{out} exists: name another file")
    return target


def _then(
    against: str, path: str, new: Network, settings: dict[str, Any]
) -> tuple[Network, str]:
    """Load the old spec from git, and return what it is called."""
    from mlpgen.changes.versions import at_revision

    version = at_revision(against, path, new, settings)
    if version.old is None:
        message = f"`{version.names[0]}` does not exist, nor is one like it gone since"
        help = f"name the old file: `git show {against}:OLD.yaml > old.yaml`"
        raise SpecError([Diagnostic("MG001", message, help=help)])
    if version.note:
        printing.say(version.note, aside=True)
    return version.old, version.names[0]


def _tell_plan(plan: Migration) -> None:
    """Print the plan, and what it promises."""
    printing.draw(plan_table(plan))
    counts = ", ".join(f"{count} {status}" for status, count in plan.counts.items())
    printing.say(counts)
    if plan.exact:
        printing.say("the outputs stay what they are")
    for layer, why in plan.reasons:
        printing.say(f"the outputs change: {f'`{layer}`: ' if layer else ''}{why}")


def _end(plan: Migration, found: Moved | None, out: str, format_: str) -> int:
    """Print what came of it, and return the exit code."""
    broken = found is not None and not out
    if format_ == "json":
        printing.dump(
            {
                "tensors": [each.row() for each in plan.moves],
                "counts": plan.counts,
                "exact": plan.exact,
                "reasons": [{"layer": x, "why": why} for x, why in plan.reasons],
                "outputs": found
                and {
                    "largest": found.largest,
                    "equal": found.close,
                    "rounded": found.rounded,
                },
                "out": out or None,
            }
        )
    elif found is not None:
        _tell(plan, found, out)
    if broken:
        message = "the plan promised equal outputs, and they differ: nothing is written"
        printing.say(f"error: {message}; please report this", aside=True)
    return 1 if broken else 0


def _tell(plan: Migration, found: Moved, out: str) -> None:
    """Print how the outputs compare, and what was written."""
    if found.unrun:
        printing.say(f"outputs not compared: {found.unrun}")
    elif found.largest is None:
        printing.say("outputs not compared: the inputs or outputs are others")
    elif found.close:
        said = "outputs" if plan.exact else "the outputs that are still there are"
        how = " within 1e-6" if found.largest <= 1e-6 else ""
        if found.rounded:
            how = f", but for the rounding to {_listed(found.dtypes)},"
        apart = f"(largest difference {found.largest:.1e})"
        printing.say(f"{said} equal{how} on random inputs {apart}")
    else:
        printing.say(f"outputs differ by at most {found.largest:.3g} on random inputs")
    if found.of_run:
        printing.say("a checkpoint of a run: the state of its optimizer is left out")
    if out:
        printing.say(
            f"wrote {out}: {counted(found.tensors, 'tensor')}, {_listed(found.dtypes)}"
        )


def _listed(dtypes: Sequence[str]) -> str:
    return " and ".join(dtypes) or "no floats"

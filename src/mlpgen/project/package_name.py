"""The package of generated files, `mypkg.generated`, checked against their folder."""

from __future__ import annotations

import os

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.diagnostics.escape import safe
from mlpgen.names.modules import wrong_package
from mlpgen.project.destination import Destination
from mlpgen.spec.wording import cut


def misplaced(package: str, out: str | os.PathLike[str]) -> str:
    """Say why a package cannot be in a folder; empty if it can.

    Only the last name is compared, since any folder above may be on Python's path.
    """
    folder = os.path.basename(os.path.abspath(out))  # noqa: PTH100, PTH119
    if package.rpartition(".")[2] == folder:
        return ""
    return f"it must end with `{cut(folder)}`, the folder of the files"


def check_package(destination: Destination) -> None:
    """Check the package if an option changes it or the folder.

    Raises:
        SpecError: It is not a valid package name, or does not match the folder.
    """
    defaults = destination.defaults or Destination()
    if (destination.out, destination.package) == (defaults.out, defaults.package):
        return
    given = f"the package `{safe(cut(destination.package))}`"
    why = wrong_package(destination.package) or misplaced(
        destination.package, destination.out
    )
    if destination.package and why:
        help = "give another one with `--package NAME`, or none with `--package ''`"
        message = f"{given} cannot be used: {why}"
        raise SpecError([Diagnostic("MG205", message, help=help)])

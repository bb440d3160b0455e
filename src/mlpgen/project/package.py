"""What generated files are called when they are imported: `mypkg.generated`."""

from __future__ import annotations

import os

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.diagnostics.escape import safe
from mlpgen.names.modules import wrong_package
from mlpgen.project.target import Target
from mlpgen.spec.problems import cut


def misplaced(package: str, out: str | os.PathLike[str]) -> str:
    """Say that a package does not lie in a folder; empty if it may.

    Which folders are on Python's path is not known here: that may be any above.
    """
    folder = os.path.basename(os.path.abspath(out))  # noqa: PTH100, PTH119
    if package.rpartition(".")[2] == folder:
        return ""
    return f"the files are in a folder `{cut(folder)}`, which it does not end with"


def check_package(target: Target) -> None:
    """Look at a package that the command line has a part in.

    Raises:
        SpecError: It cannot be one, or not that of the folder.
    """
    usual = target.usual or Target()
    if (target.out, target.package) == (usual.out, usual.package):
        return
    given = f"the package `{safe(cut(target.package))}`"
    why = wrong_package(target.package) or misplaced(target.package, target.out)
    if target.package and why:
        help = "`--package NAME` says another, `--package ''` none"
        message = f"{given} cannot be used: {why}"
        raise SpecError([Diagnostic("MG205", message, help=help)])

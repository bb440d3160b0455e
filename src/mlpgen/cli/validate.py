"""`mlpgen validate`."""

from __future__ import annotations

import click

from mlpgen import api
from mlpgen.cli import options, printing, reports
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.project.render import clash, files_of


@click.command("validate")
@options.specs_argument()
@options.set_option
@options.formats("sarif")
def command(specs: tuple[str, ...], settings: tuple[str, ...], format_: str) -> int:
    """Find the mistakes in each SPEC (`-`: standard input).

    \b
    Example:
      mlpgen validate specs/*.yaml
      mlpgen validate specs/*.yaml --format github
    """
    values = options.parse_settings(settings)
    found: list[Diagnostic] = []
    made: dict[str, str] = {}
    for spec in options.once(specs):
        try:
            network = api.load(spec, values)
        except SpecError as error:
            found += error.diagnostics
            continue
        found += [*network.warnings, *api.lint(network)]
        for file in files_of(network):
            other = made.setdefault(file, spec)
            if other != spec:
                found.append(clash(other, spec, file, network))
                break
    wrong = any(not each.warning for each in found)
    reports.report_problems(found)
    if format_ == "text" and not wrong:
        count = len(options.once(specs))
        printing.say(f"{count} spec{'s' if count > 1 else ''}: no mistakes")
    return 2 if wrong else 0

"""`mlpgen explain`."""

from __future__ import annotations

from textwrap import indent

import click

from mlpgen.cli import printing
from mlpgen.diagnostics.explanations.every import visible
from mlpgen.lints.pages import EVERY_PAGE
from mlpgen.spec.wording import nearest


@click.command("explain")
@click.argument("code")
def command(code: str) -> int:
    """Explain the CODE of a mistake, with a wrong spec and the same spec fixed.

    \b
    Example:
      mlpgen explain MG313
    """
    found = EVERY_PAGE.get(code.upper())
    if found is None:
        hint = nearest(code.upper(), EVERY_PAGE) or "codes look like MG313"
        message = f"there is no code `{code[:60]}`; {hint}"
        raise click.BadParameter(message, param_hint="CODE")
    printing.say(printing.Painted(f"{code.upper()}: {found.title}", bold=True))
    printing.say_lines(["", found.text])
    for word, spec in (("wrong", found.wrong), ("fixed", found.right)):
        if spec:
            printing.say_lines([""])
            printing.say(printing.Painted(f"{word}:", bold=True))
            printing.say_lines(["", *indent(visible(spec), "    ").splitlines()])
    return 0

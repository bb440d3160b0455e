"""All explanations but those of rules, and the page of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.changes import CHANGES
from mlpgen.diagnostics.explanations.files import FILES
from mlpgen.diagnostics.explanations.free_sizes import FREE_SIZES
from mlpgen.diagnostics.explanations.sequences import SEQUENCES
from mlpgen.diagnostics.explanations.shapes import SHAPES
from mlpgen.diagnostics.explanations.spec import SPEC
from mlpgen.diagnostics.explanations.state_keys import STATE_KEYS
from mlpgen.diagnostics.explanations.syntax import SYNTAX
from mlpgen.diagnostics.explanations.templates import TEMPLATES
from mlpgen.diagnostics.explanations.training import TRAINING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.diagnostics.explanations.explanation import Explanation

EXPLANATIONS = {
    **FILES,
    **SYNTAX,
    **SPEC,
    **FREE_SIZES,
    **STATE_KEYS,
    **SHAPES,
    **SEQUENCES,
    **TRAINING,
    **TEMPLATES,
    **CHANGES,
}


def page(explanations: Mapping[str, Explanation]) -> str:
    """Return `docs/errors.md`."""
    from textwrap import fill

    sections = [
        "# Errors and warnings\n\n"
        "Every code that mlpgen reports, with a wrong spec and the same spec fixed. "
        "MG0 is about files,\nMG1 about YAML, MG2 about the spec, MG3 about shapes, "
        "MG4 about training, MG5 about faults of\ndesign, MG6 about your own "
        "templates, and MG7 about what a change breaks.\n"
    ]
    for code, each in explanations.items():
        text = fill(each.text, 100, break_long_words=False, break_on_hyphens=False)
        sections.append(f"\n## {code}: {each.title}\n\n{text}\n")
        if each.wrong:
            sections.append(f"\n```yaml\n# wrong\n{visible(each.wrong)}```\n")
            sections.append(f"\n```yaml\n# fixed\n{each.right}```\n")
    return "".join(sections)


def visible(text: str) -> str:
    """Replace an invisible character with a visible symbol for it."""
    return text.replace("\x7f", "\u2421")

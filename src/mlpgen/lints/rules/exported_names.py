"""Names of layers that graphs of torch.export have for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints.rule import Finding, Rule
from mlpgen.names.members import attribute_of
from mlpgen.names.reserved.attributes import NOT_EXPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject


def _taken(subject: Subject) -> Iterator[Finding]:
    """Yield the layers of the model with such a name; inside of others it is free."""
    for each in subject.model.nodes:
        if attribute_of(each.name) in NOT_EXPORTED and not each.is_function:
            yield Finding(
                f"`torch.export.load` cannot read a model with a layer named "
                f"`{each.name}`",
                (*each.path, "name"),
                help="call it something else if you call torch.export yourself; "
                "`--export` of the prediction script can write it",
            )


RULES = (
    Rule(
        "MG232",
        "hint",
        _taken,
        Explanation(
            "A name that torch.export cannot use",
            "This is a hint. The graph that torch.export creates has attributes of its "
            "own, such as `code`, `graph` and `meta`; a layer of the model with such a "
            "name hides them, and `torch.export.load` fails. The prediction script "
            "exports such a model behind a name of its own, so that its parameters "
            "are `model.code.weight` in the file. Inside of a block or a "
            "`Sequential`, all names are free.",
            spec("Flatten", "Linear: 10\n    name: code"),
            spec("Flatten", "Linear: 10\n    name: latent"),
        ),
    ),
)

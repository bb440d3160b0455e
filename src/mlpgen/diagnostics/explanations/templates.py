"""MG6: a project's own templates."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation

TEMPLATES = {
    "MG601": Explanation(
        "The project's templates cannot be read",
        "The folder in `--templates`, or in `templates` of the `tool.mlpgen` "
        "table, does not exist, or one of its templates is a folder or may not be "
        "read.",
    ),
    "MG602": Explanation(
        "An invalid template",
        "Jinja cannot parse the template: a block is not closed, for example, or "
        "a filter does not exist.",
    ),
    "MG603": Explanation(
        "A template that fails",
        "The template uses something that does not exist, includes a template "
        "that is neither in its folder nor one of mlpgen's, or includes itself. "
        "`mlpgen templates` lists what a template can use.",
    ),
    "MG604": Explanation(
        "A template that prints unsafe text",
        "Strings of a spec may come from a stranger, so a template cannot print "
        "them directly. It can print numbers and everything that `mlpgen "
        "templates` lists as `Code`. `{{ value | literal }}` prints any value as "
        "a Python literal, with strings in quotes.",
    ),
    "MG605": Explanation(
        "A template that prints invalid Python",
        "Python cannot parse the file, or the header by which mlpgen recognizes "
        "its files is not on a line of its own or is there twice.",
    ),
    "MG606": Explanation(
        "An unused template",
        "The template does not have the name of one of mlpgen's templates, so it "
        "replaces none, and no other template in the folder includes it.",
    ),
}

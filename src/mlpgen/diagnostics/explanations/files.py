"""MG0: files and settings."""

from __future__ import annotations

from mlpgen.diagnostics.explanations.explanation import Explanation

FILES = {
    "MG001": Explanation(
        "The file cannot be read",
        "The file does not exist, is a folder, or you may not read it.",
    ),
    "MG002": Explanation(
        "The file is not UTF-8",
        "Save it as UTF-8. The message names the first invalid byte.",
    ),
    "MG003": Explanation(
        "The file is too large",
        "A spec can be at most 1 MiB. Use parameters, `repeat` and blocks instead "
        "of writing out every layer.",
    ),
    "MG004": Explanation(
        "A file cannot be written",
        "The folder does not exist, you may not write to it, or the disk is full. "
        "Nothing was changed.",
    ),
    "MG005": Explanation(
        "There is nothing to check",
        "`mlpgen check` found no spec in the project and no generated files in "
        "the `--out` folder.",
    ),
    "MG006": Explanation(
        "The project's settings cannot be used",
        "`pyproject.toml` or `mlpgen.toml` cannot be read or is not valid TOML, both "
        "of a folder have settings, or the `specs` patterns match no file.",
    ),
    "MG007": Explanation(
        "Data cannot be used for a spec",
        "`mlpgen init` looks at data before it writes a spec: a table needs a line of "
        "names, the column to learn, and something to learn it from; images and texts "
        "that are told apart need a folder for each class; a text is in UTF-8.",
    ),
    "MG008": Explanation(
        "Git has no answer",
        "What `--against` and `--merge` compare with is read from git: it must be "
        "installed, the spec in a repository, and the revision in its history. A "
        "shallow clone lacks older commits; `git fetch --unshallow` fetches them.",
    ),
    "MG009": Explanation(
        "A file cannot be yours",
        "`mlpgen own` is for files that one spec makes. Modules that all scripts share "
        "are replaced by templates, and a file of two specs needs another `name` "
        "first. If the settings are written in an unusual form, add the line yourself.",
    ),
}

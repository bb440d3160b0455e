"""The draft of a spec for texts: of classes, with numbers, or one that is continued."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlpgen.drafts.labeled import of_folder, of_table
from mlpgen.drafts.running_text import of_file
from mlpgen.drafts.text import (
    beginning,
    named,
    reading,
    refuse,
    sizes,
    some,
    yaml_name,
)
from mlpgen.drafts.units import chosen_units, length_of, taken_apart
from mlpgen.rendering import fill_text
from mlpgen.styles.code import Code
from mlpgen.template_files import text_of

if TYPE_CHECKING:
    from mlpgen.drafts.labeled import Texts

TABLES = (".csv", ".tsv")
"""Endings of files with a text in each row."""


def draft(path: str, column: str = "", target: str = "") -> str:
    """Write a spec that trains on texts.

    Args:
        path: A CSV file, a folder with a folder of texts for each class, or one text,
            of which a network learns what is next.
        column: Of a CSV file, the column of the texts; found if it is empty.
        target: The column to learn.

    Raises:
        SpecError: It cannot be read, or there is nothing to learn.
    """
    place = Path(path)
    with reading(place):
        if is_table(path):
            return _written(named(path), of_table(place, column, target))
        if column or target:
            said = f"`{place.as_posix()}` has no columns"
            raise refuse(said, "a table is a file that ends with `.csv` or `.tsv`")
        if place.is_dir():
            return _written(named(path), of_folder(place))
        return of_file(place)


def is_table(path: str) -> bool:
    """Tell whether a path is of a table, which has columns."""
    return Path(path).suffix.lower() in TABLES and not Path(path).is_dir()


def _written(path: Path, found: Texts) -> str:
    """Write the spec of texts that have a target."""
    choice = chosen_units(found.texts)
    units = taken_apart(found.texts, choice.units)
    length = length_of(units.sizes, choice.most)
    total, counts = len(found.texts), found.counts
    fit = sizes(total if found.parts else total - round(0.2 * total))
    return fill_text(
        text_of("init/texts.yaml.jinja"),
        **beginning(path, "Reader"),
        total=Code(f"{total:,}"),
        counts=Code(
            some(f"{name} ({count:,})" for name, count in counts.items())
            if not found.column
            else ""
        ),
        units=Code(choice.units),
        remark=Code(choice.remark),
        lengths=Code(units.lengths),
        known=Code(units.said_of(choice.units)),
        vocabulary=units.vocabulary(choice.vocabulary),
        length=length,
        fits=Code(units.fits(length, choice.units)),
        file=Code(yaml_name(path.name)),
        column=Code(yaml_name(found.column) if found.column else ""),
        said=Code(found.said),
        target=Code(yaml_name(found.target)),
        notes=[Code(note[:1].upper() + note[1:]) for note in found.notes],
        validation_folder=Code(found.parts.get("validation", "")),
        objective=found.objective,
        most=Code(f"{max(counts.values(), default=0):,}"),
        least=Code(f"{min(counts.values(), default=0):,}"),
        fit=fit,
        epochs=min(fit.epochs, 50),
    )

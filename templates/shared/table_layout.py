"""What the features of a table are: as many as a model takes, of the same meaning."""

from typing import Any

from data_common import DataError, named
from table_doubts import is_wide, suspicion
from table_features import width_of
from table_notation import Known
from table_rows import Rows


def check_width(rows: Rows, about: dict[str, Known], features: int) -> None:
    """See that columns make as many features as the model takes.

    Raises:
        DataError: They don't: it names those that make the most first.
    """
    widths = {name: width_of(known) for name, known in about.items()}
    width = sum(widths.values())
    if width == features:
        return
    order = sorted(widths, key=lambda name: -widths[name])
    wide = [f"{name} makes {widths[name]:,}" for name in order if widths[name] > 1]
    single = [name for name in order if widths[name] == 1]
    makes = "makes" if len(single) == 1 else "make"
    parts = [named(wide)] if wide else []
    parts += [f"{named(single)} {makes} 1 each"] if single else []
    odd = [name for name in order if is_wide(name, rows.features[name])]
    advice = f"write `input: [{width}]`, or leave columns out by `drop`"
    if odd:
        left = width - sum(widths[name] for name in odd)
        reason = suspicion(odd[0], rows.features[odd[0]])
        names = ", ".join(odd[:20])
        advice = f"{odd[0]} {reason}; write `drop: [{names}]` and `input: [{left}]`"
    raise DataError(
        f"the columns make {width:,} features, and the model takes {features:,}: "
        f"{'; '.join(parts)}. {advice}"
    )


def check_layout(was: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse a table whose columns do not mean what those of another one do.

    Raises:
        DataError: The line names them.
    """
    for key in ("columns", "target_columns"):
        one, other = (
            {name: meaning(of) for name, of in each[key].items()} for each in (was, now)
        )
        if [*one] != [*other]:
            raise DataError("the table has other columns than what was trained on")
        odd = [name for name in one if one[name] != other[name]]
        if odd:
            raise DataError(
                f"the table has other categories than what was trained on, or other "
                f"ways to write numbers and dates: {named(map(repr, odd))}"
            )


def meaning(known: Known) -> list[Any]:
    """Return what the features of a column are, and are read from."""
    keys = ("categories", "classes", "dates", "decimal")
    return [*(known.get(key) for key in keys), [*known.get("parts", ())]]

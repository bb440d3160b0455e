"""The inputs of a model: their shapes and types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from mlpgen.catalogue.component import STRICT, Expects, Positive
from mlpgen.spec.wording import cut

if TYPE_CHECKING:
    from mlpgen.spec.problems import Problems

FreeSize = Annotated[str, Field(pattern=r"^_?[a-z][a-z0-9_]*$")]
Sizes = list[Positive | FreeSize]
Shape = Annotated[Sizes, Field(min_length=1)]
"""Sizes; a name stands for a free size, whose example is in `sizes`."""
UNKNOWN = ""
"""A size without an example: that of an input with a mistake."""


class Input(BaseModel):
    """One input of several."""

    model_config = STRICT

    shape: Annotated[
        Sizes,
        Field(
            description="Shape of one example, without the batch dimension; `[]` for "
            "one number per example."
        ),
        Expects(
            "a list of whole numbers of at least 1, such as `[1, 28, 28]`, or names of "
            "free sizes"
        ),
    ]
    dtype: Annotated[
        Literal["float32", "int64", "bool"],
        Field(description="The type of its values."),
    ] = "float32"


def checked_inputs(data: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """Validate several inputs one by one; an invalid one gets an unknown shape."""
    inputs = data.get("input")
    if not isinstance(inputs, dict) or not inputs:
        return {}
    found: dict[str, Any] = {}
    for name, raw in inputs.items():
        given = raw if isinstance(raw, dict) else {"shape": raw}
        found[name] = Input.model_construct(shape=[UNKNOWN], dtype="float32")
        if raw == []:
            help = "write `{shape: []}` if it is one number per example"
            message = f"`{cut(name)}` has no sizes"
            problems.add("MG204", message, ("input", name), help=help)
            continue
        try:
            found[name] = Input.model_validate(given)
        except ValidationError as error:
            path = ("input", name)
            short = None if isinstance(raw, dict) else "shape"
            problems.add_invalid(error, Input, f"input {name}", path, given, short)
    return {"input": found}

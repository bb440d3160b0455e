"""The schema of `training:`: its components, the keys beside them, and data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.schema.arguments import arguments, choice
from mlpgen.schema.ignore import REFERENCE
from mlpgen.spec.training import (
    GroupKeys,
    LossKeys,
    MetricKeys,
    OptimizerKeys,
    SchedulerKeys,
    StartKeys,
    Training,
)
from mlpgen.training import AUGMENTATIONS, LOSSES, OPTIMIZERS, SCHEDULERS
from mlpgen.training.custom import CustomLoss, CustomMetric
from mlpgen.training.data.kinds import USER_DATA
from mlpgen.training.data.named_datasets import DATASETS
from mlpgen.training.metrics import METRICS

if TYPE_CHECKING:
    from pydantic import BaseModel

    from mlpgen.catalogue.catalogue import Catalogue

_COMPONENTS: tuple[tuple[str, Catalogue[Any], type[BaseModel]], ...] = (
    ("loss", LOSSES, LossKeys),
    ("optimizer", OPTIMIZERS, OptimizerKeys),
    ("scheduler", SCHEDULERS, SchedulerKeys),
)


def training() -> dict[str, dict[str, Any]]:
    """Return the definitions of a training and its components."""
    root = plain(Training)
    found = {"training": root, "data": _data()}
    for key, catalogue, keys in _COMPONENTS:
        options = {
            name: arguments(catalogue[name], symbolic=False) for name in catalogue
        }
        if key == "loss":
            options["custom"] = arguments(CustomLoss, symbolic=False)
        found[key] = _with_keys(choice(options), options, keys)
        _refer(root, key, {"$ref": f"#/$defs/{key}"})
    _describe_groups(found["optimizer"])
    losses = {"type": "array", "items": {"$ref": "#/$defs/loss"}, "minItems": 1}
    _refer(root, "loss", {"anyOf": [{"$ref": "#/$defs/loss"}, losses]})
    _refer(root, "data", {"$ref": "#/$defs/data"})
    found["augmentation"] = choice(
        {name: arguments(AUGMENTATIONS[name], symbolic=False) for name in AUGMENTATIONS}
    )
    metric = {"custom": arguments(CustomMetric, symbolic=False)}
    found["metric"] = {"anyOf": [{"enum": [*METRICS]}, _mapping(metric, MetricKeys)]}
    root["properties"]["metrics"]["items"] = {"$ref": "#/$defs/metric"}
    names = [name for name, each in METRICS.items() if not each.at_end]
    root["properties"]["best"]["anyOf"][0] = {"enum": ["loss", *names]}
    root["properties"]["weights"]["anyOf"][1] = plain(StartKeys)
    root["properties"]["augment"]["items"] = {"$ref": "#/$defs/augmentation"}
    return found


def _describe_groups(optimizer: dict[str, Any]) -> None:
    """Describe groups: parameters with arguments, or an optimizer, of their own."""
    options = optimizer["anyOf"][1]["properties"]
    at = "#/$defs/optimizer/anyOf/1/properties"
    own = {name: {"$ref": f"{at}/{name}"} for name in OPTIMIZERS}
    options["groups"]["items"] = {
        "type": "object",
        "properties": {**plain(GroupKeys)["properties"], **own},
        "anyOf": [{"required": ["parameters"]}, {"required": ["kind"]}],
    }


def _refer(root: dict[str, Any], key: str, to: dict[str, Any]) -> None:
    field = root["properties"][key]
    root["properties"][key] = {**to, "description": field.get("description", "")}


def _with_keys(
    component: dict[str, Any], options: dict[str, Any], keys: type[BaseModel]
) -> dict[str, Any]:
    """Allow keys beside a component."""
    return {"anyOf": [*component["anyOf"][:1], _mapping(options, keys)]}


def _mapping(options: dict[str, Any], keys: type[BaseModel]) -> dict[str, Any]:
    """Allow one component with its arguments, and keys beside it."""
    beside = plain(keys)["properties"]
    return {
        "type": "object",
        "properties": {**options, **beside},
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in options],
    }


def _data() -> dict[str, Any]:
    sources = []
    for kind, source in USER_DATA.items():
        schema = plain(source)
        schema["description"] = (source.__doc__ or "").split("\n")[0]
        schema["required"] = sorted({kind, *schema.get("required", [])})
        sources.append(schema)
    return {"anyOf": [{"enum": list(DATASETS)}, *sources]}


def plain(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a pydantic model, without titles and definitions."""
    found: dict[str, Any] = model.model_json_schema()
    found.pop("$defs", None)
    found.pop("title", None)
    for each in found["properties"].values():
        each.pop("title", None)
    if "ignore" in found["properties"]:
        found["properties"]["ignore"] = REFERENCE
    return found

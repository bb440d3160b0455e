"""The modules around a node, as torch's exporters write them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from mlpgen.importer.recorder.files.graph import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.importer.recorder.files.onnx_nodes import Found


_PATH = re.compile(r"[A-Za-z_]\w*(\.\w+)*\.(weight|bias|running_mean|running_var)")


def is_path(name: str) -> bool:
    """Return whether an initializer has the key of a layer's weight for a name."""
    return bool(_PATH.fullmatch(name))


def key_of(name: str, path: str) -> str:
    """Return the key of a tensor that a module uses."""
    if not path and is_path(name):
        return name
    last = re.sub(r"\W+", "_", name.rpartition(".")[2]).strip("_")
    last = last if last[:1].isalpha() else f"constant_{last}"
    return f"{path}.{last}" if path else last


def is_other(scope: Scope, found: Found) -> bool:
    """Return whether a node is said to be in a layer that the file left out."""
    name = scope.type.rpartition(".")[2]
    if scope.type == "torch.nn.modules.container.Sequential":
        return not found.layer
    return name != found.layer and (
        "Dropout" in name or name in ("Flatten", "Identity")
    )


def scopes_of(node: Any) -> tuple[Scope, ...]:
    """Return the modules around a node, as torch's exporters write them."""
    data: Mapping[str, str] = {each.key: each.value for each in node.metadata_props}
    names = data.get("pkg.torch.onnx.name_scopes")
    if names is not None:
        paths = ast.literal_eval(names)[:-1]
        types = ast.literal_eval(data["pkg.torch.onnx.class_hierarchy"])[:-1]
        return tuple(
            Scope(path.partition("@")[0], type_, path.partition("@")[2])
            for path, type_ in zip(paths, types, strict=False)
        )
    parts = [part for part in node.name.split("/")[:-1] if part]
    if not node.name.startswith("/"):
        return ()
    scopes: list[Scope] = []
    path = ""
    for part in parts:
        around, _, last = path.rpartition(".")
        inside = last and part.startswith(f"{last}.")
        above = around if inside else path
        path = f"{above}.{part}" if above else part
        scopes.append(Scope(path, ""))
    return (*scopes,)

"""An `ignore` that nothing needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import Diagnostic
from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.diagnostics.ignored import needed
from mlpgen.spec.ignore import REMOVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlpgen.diagnostics.ignored import Ignored
    from mlpgen.graph.nodes import Model, Node
    from mlpgen.source import Document, Path

CODE = "MG590"


def unneeded(
    model: Model,
    documents: Mapping[str, Document],
    ignored: Sequence[Ignored],
    found: Iterable[Diagnostic],
) -> Iterator[Diagnostic]:
    """Yield a hint for each code in an `ignore` of the spec that changes nothing.

    Where not every layer ran, or no training was resolved, it may be needed for other
    values of the parameters. One in an included file may be needed by another spec.

    Args:
        model: The network.
        documents: The file of each class; that of the model has an empty name.
        ignored: What is ignored.
        found: All warnings and hints, also the ignored ones.
    """
    own = documents[""]
    if "training" in own.data and model.recipe is None:
        return
    left = set(ignored) - needed(found, ignored)
    asked = [each for each in ignored if each in left and each.code != CODE]
    asked = [each for each in asked if each.place.path == own.name]
    if not asked:
        return
    ran = {
        path
        for owner, path in _ran(model.nodes, "")
        if documents[owner].name == own.name
    }
    idle = [path for path in _entries(own.data) if path not in ran]
    for each in asked:
        depth = len(each.path)
        if not any(path[:depth] == each.path for path in idle):
            message = f"`ignore` is not needed: there is no `{each.code}` here"
            yield Diagnostic(
                CODE,
                message,
                each.place,
                help=REMOVE,
                warning=True,
                hint=True,
                fix=each.removal,
            )


def _ran(nodes: Iterable[Node], owner: str) -> Iterator[tuple[str, Path]]:
    """Yield the class and the path of each layer that runs, also inside others."""
    for node in nodes:
        if not node.active or node.idle:
            continue
        yield owner, node.path
        yield from _ran(node.children, owner)
        yield from _ran((each.node for each in node.rounds if each.times), owner)
        if node.graph is not None:
            yield from _ran(node.graph.nodes, node.graph.name)


def _entries(data: Any) -> Iterator[Path]:
    """Yield the paths of all layers in a file."""
    yield from _listed(data.get("layers"), ("layers",))
    for name, block in (data.get("blocks") or {}).items():
        yield from _listed(block.get("layers"), ("blocks", name, "layers"))


def _listed(raw: Any, path: Path) -> Iterator[Path]:
    for index, each in enumerate(raw or ()):
        yield (*path, index)
        if isinstance(each, dict) and "Sequential" in each:
            yield from _listed(each["Sequential"], (*path, index, "Sequential"))


PAGE = Explanation(
    "An `ignore` that is not needed",
    "An `ignore` says that its author knows about a warning. This one names a code "
    "that is not found in what the `ignore` is for, or that an inner `ignore` names "
    "too. It is a hint, since it changes nothing now; but it would hide the next "
    "warning of this kind. It is certain: where a layer is left out for the values of "
    "the parameters, or in an included file, there is no such hint.",
    spec("Flatten", "Linear: 128", "ReLU", "Linear: 10", rest="ignore: MG501\n"),
    spec("Flatten", "Linear: 128", "ReLU", "Linear: 10"),
)

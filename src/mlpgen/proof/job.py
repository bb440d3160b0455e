"""What is proved about one spec: its rendered files, and what mlpgen claims of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen import api
from mlpgen.graph.captures import captured
from mlpgen.proof import custom_files
from mlpgen.proof.captured_model import CapturedModel, captured_model
from mlpgen.proof.claims import claims
from mlpgen.proof.constructor_arguments import (
    ConstructorArguments,
    constructor_arguments,
)
from mlpgen.proof.other_sizes import other_sizes, with_small_sizes
from mlpgen.proof.spec_entries import spec_entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.proof.claims import Claims
    from mlpgen.proof.custom_files import CustomFile
    from mlpgen.proof.other_sizes import OtherSizes
    from mlpgen.proof.spec_entries import SpecEntries


class Job(NamedTuple):
    """What is proved about one spec.

    Attributes:
        spec: Its path.
        claims: What mlpgen predicted.
        texts: The file of the model in each style.
        custom: The author's own files that it imports.
        arguments: The model with other constructor arguments.
        entries: The entries of the spec as written.
        captured: The model that also returns its inner values.
        sizes: Other values of its free sizes.
    """

    spec: str
    claims: Claims
    texts: dict[str, str]
    custom: tuple[CustomFile, ...] = ()
    arguments: ConstructorArguments = ConstructorArguments()
    entries: SpecEntries | None = None
    captured: CapturedModel | None = None
    sizes: tuple[OtherSizes, ...] = ()

    def write(self, folder: Path) -> dict[str, Any]:
        """Write the files of the network, and return what the checks need as data."""
        folder.mkdir(exist_ok=True)
        return {
            "claims": self.claims,
            "files": _written(self.texts, folder),
            "custom": custom_files.write_files(self.custom, folder / "custom"),
            "arguments": _written_arguments(self.arguments, folder),
            "entries": self.entries,
            "captured": _written_captured(self.captured, folder),
            "sizes": [each._asdict() for each in self.sizes],
        }


def job(spec: str, network: Network, capture: Sequence[str] = ()) -> Job:
    """Render a network in all styles.

    Args:
        spec: The path of its spec, for messages.
        network: The loaded spec.
        capture: What the model returns besides its outputs. If empty, another model
            that returns the result of each layer is compared with the spec.

    Raises:
        SpecError: A name in `capture` does not exist.
    """
    names = captured(network.graph, capture)
    file = f"{network.graph.stem}.py"
    tried = with_small_sizes(network)
    return Job(
        spec,
        claims(tried.graph, names),
        {
            style: api.render(network, style, capture=names)[file]
            for style in api.STYLES
        },
        custom_files.read_files(network.graph, Path(network.document.name).parent),
        constructor_arguments(tried, names),
        spec_entries(network),
        captured_model(tried, names),
        other_sizes(network, tried, names),
    )


def _written(
    texts: Mapping[str, str], folder: Path, prefix: str = ""
) -> dict[str, str]:
    """Write the file of each style; return their paths."""
    files = {}
    for style, text in texts.items():
        path = folder / f"{prefix}{style}.py"
        path.write_text(text, encoding="utf-8")
        files[style] = path.relative_to(folder.parent).as_posix()
    return files


def _written_captured(model: CapturedModel | None, folder: Path) -> Any:
    if model is None:
        return None
    files = _written(model.texts, folder, "captured_")
    return {"outputs": model.outputs, "files": files}


def _written_arguments(arguments: ConstructorArguments, folder: Path) -> dict[str, Any]:
    texts = {str(index): each.text for index, each in enumerate(arguments.variants)}
    files = _written(texts, folder, "variant_").values()
    found = [
        {"arguments": each.arguments, "claims": each.claims, "file": file}
        for each, file in zip(arguments.variants, files, strict=True)
    ]
    return {**arguments._asdict(), "variants": found}

"""The files that the classes of a network are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.spec.fixes import fix_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.diagnostics.diagnostic import Fix, Place
    from mlpgen.source import Document, Path


class Sources(NamedTuple):
    """The files of a network.

    Attributes:
        documents: The file of each class; that of the model has an empty name.
    """

    documents: Mapping[str, Document]

    def place(self, path: Path, owner: str = "", *, key: bool = False) -> Place:
        """Return the place of a value, or of its key.

        Args:
            path: Its path.
            owner: The class whose file it is in; empty for the model.
            key: Whether the place of the key is meant.
        """
        document = self.documents[owner]
        return document.key_place(path) if key else document.place(path)

    def fix(
        self, help: str, path: Path, owner: str = "", *, key: bool = False
    ) -> Fix | None:
        """Return the edits that help asks for; None if they are not certain.

        Args:
            help: The help: `Advice` knows its change.
            path: The path of the value.
            owner: The class whose file it is in; empty for the model.
            key: Whether its key is meant.
        """
        return fix_of(self.documents[owner], path, help, key=key)

    def written(self, path: Path, owner: str = "") -> Any:
        """Return a value as the author wrote it; None if it is not there."""
        document = self.documents[owner]
        return document.value(path) if document.part(path) else None

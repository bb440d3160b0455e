"""Groups the operations of a graph by the calls of modules that they are in."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from mlpgen.importer.recorder.files.graph import (
    Call,
    Graph,
    Operation,
    Scope,
    names_in,
)


class _TwoWaysError(Exception):
    """A module is called in two ways."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path)


def call_of(graph: Graph) -> Call:
    """Return the call of the model.

    A module that is called in two ways, or in two parts, is left out: what it computes
    belongs to the module around it.
    """
    while True:
        try:
            return _Grouping(graph).call()
        except _TwoWaysError as error:
            graph = graph._replace(
                operations=tuple(
                    each._replace(
                        scopes=tuple(s for s in each.scopes if s.path != error.path)
                    )
                    for each in graph.operations
                )
            )


class _Grouping:
    """Groups operations.

    Attributes:
        graph: The model.
        last: The last operation that takes a value.
        calls: The first call of each module.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.last: dict[str, int] = {}
        for index, each in enumerate(graph.operations):
            for name in names_in((each.args, each.kwargs)):
                self.last[name] = index
        for name in names_in(graph.outputs):
            self.last[name] = len(graph.operations)
        self.calls: dict[str, Call] = {}

    def call(self) -> Call:
        """Return the call of the model."""
        operations = [*enumerate(self.graph.operations)]
        items = self._items(operations, 0)
        return Call("", self.graph.type, items, self.graph.inputs, ())

    def _items(
        self, operations: list[tuple[int, Operation]], depth: int
    ) -> tuple[Call | Operation, ...]:
        """Group operations by the call of a module that they are in."""
        items: list[Call | Operation] = []

        def scope_of(pair: tuple[int, Operation]) -> Scope | None:
            scopes = pair[1].scopes
            return scopes[depth] if len(scopes) > depth else None

        for scope, group in groupby(operations, scope_of):
            members = [*group]
            if scope is None:
                items += [operation for _, operation in members]
                continue
            inner = self._items(members, depth + 1)
            items.append(self._called(scope, members, inner))
        return (*items,)

    def _called(
        self,
        scope: Scope,
        members: list[tuple[int, Operation]],
        items: tuple[Call | Operation, ...],
    ) -> Call:
        """Return the call of a module, with what goes in and out."""
        made = {operation.output for _, operation in members}
        own = self.graph.tensors
        inputs = dict.fromkeys(
            name
            for _, operation in members
            for name in names_in((operation.args, operation.kwargs))
            if name not in made and name not in own and self._is_tensor(name)
        )
        end = members[-1][0]
        outputs = [
            operation.output
            for _, operation in members
            if self.last.get(operation.output, -1) > end
            and self._is_tensor(operation.output)
        ]
        call = Call(scope.path, scope.type, items, (*inputs,), (*outputs,))
        before = self.calls.setdefault(scope.path, call)
        if before is not call and _shape(before) != _shape(call):
            raise _TwoWaysError(scope.path)
        return call

    def _is_tensor(self, name: str) -> bool:
        return name in self.graph.shapes


def _shape(call: Call) -> list[Any]:
    """Return what two calls of a module have in common."""
    return [
        _shape(item) if isinstance(item, Call) else (item.kind, len(item.args))
        for item in call.items
    ]


def is_chain(call: Call) -> bool:
    """Return whether a call only calls its numbered children, one after the other."""
    if not call.type.startswith("torch.nn.modules.container.Sequential") and any(
        not isinstance(item, Call) or not item.path.rpartition(".")[2].isdigit()
        for item in call.items
    ):
        return False
    before = call.inputs
    for item in call.items:
        if not isinstance(item, Call) or item.path.rpartition(".")[0] != call.path:
            return False
        if len(before) != 1 or item.inputs != before:
            return False
        before = item.outputs
    names = [item.path for item in call.items if isinstance(item, Call)]
    return before == call.outputs and len({*names}) == len(names)

"""Reads the graph of an ONNX file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mlpgen.importer.recorder.files.graph import (
    Graph,
    Name,
    Operation,
    Scope,
    names_in,
    with_values,
)
from mlpgen.importer.recorder.files.onnx_inputs import inputs_of
from mlpgen.importer.recorder.files.onnx_nodes import (
    BATCH,
    SIZES,
    Found,
    Node,
    attributes_of,
    joined,
    length,
    member,
)
from mlpgen.importer.recorder.files.onnx_operators import found_for
from mlpgen.importer.recorder.files.onnx_scopes import (
    is_other,
    is_path,
    key_of,
    scopes_of,
)
from mlpgen.importer.recorder.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reader:
    """Reads a graph: runs it twice, with batches of two sizes.

    Attributes:
        static: Values that no number of an input decides, of both runs.
        values: All other values, of both runs.
        weights: The initializers.
    """

    def __init__(self, file: str, graph: Any, array: Any) -> None:
        self.file = file
        self.graph = graph
        self.array = array
        self.static: dict[str, tuple[Tensor, Tensor]] = {}
        self.values: dict[str, tuple[Any, Any]] = {}
        self.weights: dict[str, Tensor] = {}
        self.operations: list[Operation] = []
        self.tensors: dict[Name, Tensor] = {}
        self.keys: dict[Name, str] = {}
        self.transient: set[str] = set()
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.fixed = 0
        self.users: dict[str, list[Any]] = {}
        self.done: set[int] = set()
        self.layers: dict[str, str] = {}
        self.nodes: Counter[str] = Counter()
        self.called: Counter[str] = Counter()
        self.made: dict[tuple[str, bool], Tensor] = {}

    def read(self) -> tuple[Graph, dict[str, Tensor]]:
        """Return the graph, and inputs for it."""
        for each in self.graph.initializer:
            tensor = torch.from_numpy(self.array(each).copy())
            self.weights[each.name] = tensor
            self.static[each.name] = (tensor, tensor)
        found, self.fixed = inputs_of(self.file, self.graph, self.weights)
        self.values |= found
        example = {name: pair[0] for name, pair in found.items()}
        all_scopes = [scopes_of(node) for node in self.graph.node]
        for node, scopes in zip(self.graph.node, all_scopes, strict=True):
            for name in node.input:
                self.users.setdefault(name, []).append(node)
            if scopes and node.op_type not in ("Constant", "Shape", "Identity"):
                self.nodes[scopes[-1].path] += 1
        first = next(iter(example))
        self.shapes |= {name: tuple(each.shape) for name, each in example.items()}
        if not self.fixed:
            self.operations.append(
                Operation(length, (Name(first),), {}, BATCH, kind="sym_size")
            )
            self.values[BATCH] = SIZES
        for at, node in enumerate(self.graph.node):
            if at not in self.done:
                self._node(node)
        outputs = [self._taken(Name(each.name), ()) for each in self.graph.output]
        types = [each[0].type for each in all_scopes if each and not each[0].path]
        returned = outputs[0] if len(outputs) == 1 else (*outputs,)
        graph = Graph(
            types[0] if types and types[0] else "Model",
            (*self.operations,),
            tuple(Name(name) for name in example),
            returned,
            self.tensors,
            self.keys,
            frozenset(self.transient),
            self.shapes,
            self.fixed,
        )
        return graph, example

    def _node(self, node: Any) -> None:
        """Read a node: compute it, or add its operation."""
        attributes = attributes_of(node, self.array)
        if node.op_type == "Constant":
            (value,) = attributes.values()
            tensor = value if isinstance(value, Tensor) else torch.tensor(value)
            self.static[node.output[0]] = (tensor, tensor)
            return
        if node.op_type == "Identity" and node.input[0] in self.static:
            self.static[node.output[0]] = self.static[node.input[0]]
            if node.input[0] in self.weights:
                self.weights[node.output[0]] = self.weights[node.input[0]]
            return
        made = Node(attributes, (*node.input,), self._numbers, self._sizes)
        found = found_for(node.op_type, made)
        if found is None:
            name = node.name or node.output[0]
            raise TargetError(
                f"`{self.file}`: there is nothing for `{node.op_type}` (`{name}`)"
            )
        known = [name for name in names_in((found.args, found.kwargs)) if name]
        static = node.op_type == "Shape" or all(
            name in self.static or name == BATCH for name in known
        )
        if static and self._compute(node, found):
            return
        if node.op_type != "MatMul" or not self._is_linear(node):
            self._add(node, found, [*node.output])

    def _pair(self, name: str) -> tuple[Any, Any]:
        return self.static.get(name) or self.values.get(name, (None, None))

    def _sizes(self, name: str) -> Any:
        return joined(*([*each.shape] for each in self._pair(name)))

    def _numbers(self, name: str) -> Any:
        """Return a value that no input decides as numbers, or None."""
        if name not in self.static:
            return None
        one, other = (each.tolist() for each in self.static[name])
        return joined(one, other)

    def _compute(self, node: Any, found: Found) -> bool:
        """Compute what no input decides; return whether it is the same for any batch.

        Sizes may follow the batch, as they are whole numbers.
        """
        results = self._results(found, {})
        if len(node.output) == 1:
            results = [[each] for each in results]
        pairs = [*zip(node.output, *results, strict=False)]
        if any(
            one.dtype.is_floating_point and one.shape != other.shape
            for _, one, other in pairs
        ):
            return False
        self.static |= {name: (one, other) for name, one, other in pairs}
        return True

    def _is_linear(self, node: Any) -> bool:
        """Read a product with a weight, and the sum behind it, as a layer."""
        weight = self.weights.get(node.input[1])
        if weight is None or weight.dim() != 2:
            return False
        users = self.users.get(node.output[0], [])
        bias = None
        if len(users) == 1 and users[0].op_type == "Add":
            others = [name for name in users[0].input if name != node.output[0]]
            found = self.weights.get(others[0]) if others else None
            if found is not None and found.dim() == 1 and len(found) == weight.shape[1]:
                bias = others[0]
        last = users[0] if bias else node
        if bias:
            nodes = [*self.graph.node]
            self.done.add(next(i for i, each in enumerate(nodes) if each is users[0]))
        turned = Name(f"{node.input[1]}.turned")
        self.weights[turned] = weight.t().contiguous()
        self.static[turned] = (self.weights[turned], self.weights[turned])
        args = (Name(node.input[0]), turned, Name(bias) if bias else None)
        linear = nn.functional.linear
        self._add(node, Found(linear, args, {}, "linear", {}, "Linear"), [*last.output])
        return True

    def _add(self, node: Any, found: Found, outputs: list[str]) -> None:
        """Add an operation."""
        scopes = scopes_of(node)
        inner = tuple(each for each in scopes if each.path)
        while inner and is_other(inner[-1], found):
            inner = inner[:-1]
        layer = self._layer(found, inner) if found.layer else None
        if layer is not None:
            path, type_, fresh = layer
            around = tuple(s for s in inner if path.startswith(f"{s.path}."))
            inner = (*around, Scope(path, type_, str(self.called[path] or "")))
            self.called[path] += 1
            args_ = tuple(
                fresh.get(each, each) if isinstance(each, Name) else each
                for each in found.args
            )
            found = found._replace(args=args_)
        args = self._taken(found.args, inner)
        kwargs = self._taken(found.kwargs, inner)
        given = found.given
        if found.kind == "linear_turned":
            found = found._replace(kind="linear", function=nn.functional.linear)
        if found.kind == "layer_norm":
            shape = [*self.tensors[found.args[1]].shape]
            given = {**given, "normalized_shape": shape}
            found = found._replace(function=nn.functional.layer_norm)
            args = (args[0], shape, *args[1:], given["eps"])
        several = len(outputs) > 1
        output = Name(outputs[0] + ".parts" if several else outputs[0])
        self._run(
            Operation(
                *(found.function, args, kwargs, output, inner),
                kind=found.kind,
                given=given,
            )
        )
        for index, name in enumerate(outputs if several else []):
            self._run(
                Operation(
                    member, (output, index), {}, Name(name), inner, kind="getitem"
                )
            )

    def _run(self, operation: Operation) -> None:
        self.operations.append(operation)
        results = self._results(operation, self.tensors)
        self.values[operation.output] = (results[0], results[1])
        if isinstance(results[0], Tensor):
            self.shapes[operation.output] = tuple(results[0].shape)

    def _results(
        self, call: Found | Operation, tensors: Mapping[Name, Tensor]
    ) -> list[Any]:
        """Return the results of a call in both runs."""
        taken = (call.args, call.kwargs)
        found = []
        for run in (0, 1):
            values: dict[str, Any] = {
                name: tensors[name] if name in tensors else self._pair(name)[run]
                for name in names_in(taken)
            }
            args, kwargs = with_values(taken, values)
            found.append(call.function(*args, **kwargs))
        return found

    def _layer(
        self, found: Found, scopes: tuple[Scope, ...]
    ) -> tuple[str, str, dict[Name, Name]] | None:
        """Return the path and the class of a layer."""
        cls = getattr(nn, found.layer)
        type_ = f"{cls.__module__}.{found.layer}"
        weights = [name for name in names_in(found.args) if name in self.weights]
        if not weights:
            alone = bool(scopes) and self._is_leaf(scopes[-1], found.layer, 1)
            return (scopes[-1].path, type_, {}) if alone else None
        paths = [name.rpartition(".")[0] for name in weights if is_path(name)]
        path = paths[0] if paths else scopes[-1].path if scopes else found.layer.lower()
        known = self.layers.get(path)
        if known is not None and known != weights[0]:
            path = f"{path}_{len(self.layers)}"
        # a layer of a weight may be a product and a sum
        if not paths and scopes and not self._is_leaf(scopes[-1], found.layer, 2):
            path = f"{path}.{found.kind}"
        self.layers[path] = str(weights[0])
        names = {
            "BatchNorm": ("running_mean", "running_var", "weight", "bias"),
        }.get(found.layer[:9], ("weight", "bias"))
        fresh: dict[Name, Name] = {}
        for name, last in zip(found.args[1:], names, strict=False):
            if name not in self.weights:
                continue
            key = f"{path}.{last}"
            fresh[name] = Name(key)
            turned = found.kind == "linear_turned" and last == "weight"
            trained = not last.startswith("running")
            self._weight(fresh[name], key, str(name), turned=turned, trained=trained)
        if found.layer.startswith("BatchNorm"):
            key = f"{path}.num_batches_tracked"
            self.tensors[Name(key)], self.keys[Name(key)] = torch.tensor(0), key
        return path, type_, fresh

    def _is_leaf(self, scope: Scope, layer: str, nodes: int) -> bool:
        """Return whether a module is a layer alone, by its class or its few nodes."""
        if scope.type:
            return scope.type.rpartition(".")[2] == layer
        return self.nodes[scope.path] <= nodes

    def _weight(
        self, name: Name, key: str, source: str, *, turned: bool, trained: bool
    ) -> None:
        """Add a parameter or a buffer; one that several layers have is tied."""
        if name in self.tensors:
            return
        tensor = self.made.get((source, turned))
        if tensor is None:
            tensor = self.static[source][0]
            tensor = tensor.t().contiguous() if turned else tensor.clone()
            tensor = nn.Parameter(tensor) if trained else tensor
            self.made[source, turned] = tensor
        self.tensors[name], self.keys[name] = tensor, key
        self.shapes[name] = tuple(tensor.shape)

    def _taken(self, value: Any, scopes: tuple[Scope, ...]) -> Any:
        """Return arguments with numbers and tensors for what no input decides."""
        if isinstance(value, Name):
            if value in self.tensors or value not in self.static:
                return value
            return self._constant(value, scopes)
        if isinstance(value, dict):
            return {key: self._taken(each, scopes) for key, each in value.items()}
        if type(value) in (tuple, list):
            return type(value)(self._taken(each, scopes) for each in value)
        return value

    def _constant(self, name: Name, scopes: tuple[Scope, ...]) -> Any:
        one, other = self.static[name]
        if one.shape != other.shape or not torch.equal(one, other):
            raise TargetError(
                f"`{self.file}`: numbers follow the size of the batch (`{name}`)"
            )
        if one.numel() == 1:
            return one.item()
        path = scopes[-1].path if scopes else ""
        key = key_of(name, path)
        trained = name in self.weights and one.dtype.is_floating_point
        trained = trained and "." in str(name)
        fresh = Name(f"{name} of {path}")
        self._weight(fresh, key, str(name), turned=False, trained=trained)
        if not trained:
            self.transient.add(key)
        return fresh

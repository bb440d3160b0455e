"""Modules from the graph of a file: each runs its part of the graph."""

from __future__ import annotations

import inspect
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from mlpgen.importer.recorder.files.batches import with_batch
from mlpgen.importer.recorder.files.calls import call_of, is_chain
from mlpgen.importer.recorder.files.graph import (
    Call,
    Graph,
    Name,
    Operation,
    with_values,
)
from mlpgen.importer.recorder.files.layers import layer_of
from mlpgen.importer.recorder.places import at_place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.importer.recorder.files.pieces import Layer
    from mlpgen.importer.recording import Place


def modules_of(graph: Graph) -> nn.Module:
    """Return the model of a graph, with its weights under their keys."""
    return _Builder(graph).model()


class Part(nn.Module):
    """A module that runs a part of a graph."""

    _call: Call
    _run: Run

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Run it."""
        names = self._call.inputs
        values = dict(zip(names, args, strict=False)) | {
            Name(key): value for key, value in kwargs.items()
        }
        return self._run.part(self, self._call, values)


class Run:
    """What all modules of a model share: weights, and the batch of the pass."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._weights: dict[Any, Any] = {**graph.tensors}
        self.modules: dict[str, nn.Module] = {}
        self.layers: dict[str, Layer] = {}
        self.sizes: dict[str, Any] = {}
        self.batch = 0

    def part(self, module: nn.Module, call: Call, values: dict[Name, Any]) -> Any:
        """Run the items of a call; return what others need of it."""
        if not call.path:
            self.sizes = {}
            first = next(each for each in values.values() if isinstance(each, Tensor))
            self.batch = len(first)
        own: dict[Any, Any] = {**values}
        known = ChainMap[Any, Any](own, self.sizes, self._weights)
        for item in call.items:
            if isinstance(item, Operation):
                found = self._operation(module, item, known)
                known[item.output] = found
                if not isinstance(found, Tensor | tuple | list):
                    self.sizes[item.output] = found
            else:
                given = [known[name] for name in item.inputs]
                inner = self.modules[item.path]
                layer = self.layers.get(item.path)
                with at_place(_place(item)):
                    found = layer.call(inner, given) if layer else inner(*given)
                several = isinstance(found, tuple) and len(item.outputs) > 1
                each = found if several else (found,)
                known.update(zip(item.outputs, each, strict=False))
        if not call.path:
            return with_values(self.graph.outputs, known)
        found = tuple(known[name] for name in call.outputs)
        return found[0] if len(found) == 1 else found

    def _operation(
        self, module: nn.Module, item: Operation, known: Mapping[str, Any]
    ) -> Any:
        args, kwargs = with_values(item.args, known), with_values(item.kwargs, known)
        if self.graph.batch and self.batch != self.graph.batch:
            (first, *_) = item.args or ("",)
            shape = self.graph.shapes.get(first, ()) if isinstance(first, str) else ()
            args = with_batch(item.kind, args, shape, (self.graph.batch, self.batch))
        if item.kind == "dropout":  # a file of evaluation says that there is none
            kwargs = {**kwargs, "training": module.training}
        with at_place(item.place):
            return item.function(*args, **kwargs)


class _Builder:
    """Makes the modules."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.run = Run(graph)

    def model(self) -> nn.Module:
        """Make them all."""
        model = self._module(call_of(self.graph))
        self._add_weights(model)
        return model

    def _module(self, call: Call) -> nn.Module:
        """Make the module of a call, and those inside of it."""
        children: dict[str, nn.Module] = {}
        layer = layer_of(call, self.graph)
        if layer is not None:
            module = layer.module
            self.run.layers[call.path] = layer
        else:
            for item in call.items:
                if isinstance(item, Call) and item.path not in self.run.modules:
                    children[item.path] = self._module(item)
            module = self._part(call, children)
            for path, child in children.items():
                _add(module, _below(call.path, path), child)
        self.run.modules[call.path] = module
        return module

    def _part(self, call: Call, children: dict[str, nn.Module]) -> nn.Module:
        origin, _, name = call.type.rpartition(".")
        name = name or _class_name(call.path.rpartition(".")[2])
        origin = "file" if origin.startswith("torch.nn.") else origin
        if call.path and is_chain(call):
            base: type[nn.Module] = nn.Sequential
            if not call.type or call.type.startswith("torch.nn."):
                return nn.Sequential()
            chain: nn.Module = type(name, (base,), {"__module__": origin})()
            return chain
        cls: Any = type(name, (Part,), {"__module__": origin})
        names = call.inputs if not call.path else _arguments(len(call.inputs))
        cls.forward = _forward(names)
        module: Part = cls()
        module._call, module._run = call, self.run
        return module

    def _add_weights(self, model: nn.Module) -> None:
        for name, key in self.graph.keys.items():
            tensor = self.graph.tensors[name]
            path, _, last = key.rpartition(".")
            owner = _owner(model, path, "")
            if isinstance(tensor, nn.Parameter):
                owner._parameters[last] = tensor
            else:
                owner.register_buffer(
                    last, tensor, persistent=key not in self.graph.transient
                )
        self._add_projections(model)
        first: dict[str, int] = {}
        for index, key in enumerate(self.graph.keys.values()):
            names = key.split(".")
            for depth in range(len(names)):
                first.setdefault(".".join(names[:depth]), index)
        for path, module in model.named_modules():
            prefix = f"{path}." if path else ""
            module._modules = dict(
                sorted(
                    module._modules.items(),
                    key=lambda each: (
                        int(each[0])
                        if _numbered(module)
                        else first.get(prefix + each[0], len(first))
                    ),
                )
            )

    def _add_projections(self, model: nn.Module) -> None:
        """Make layers of what only holds the weights of products."""
        used = {
            self.graph.keys[each.args[1]].rpartition(".")[0]
            for each in self.graph.operations
            if each.kind == "linear" and each.args[1] in self.graph.keys
        }
        for path in used:
            held = model.get_submodule(path)
            if type(held) is not nn.Module or held._modules or held._buffers:
                continue
            weight, bias = held._parameters.get("weight"), held._parameters.get("bias")
            if weight is None or len(held._parameters) != 1 + (bias is not None):
                continue
            layer = nn.Linear(weight.shape[1], weight.shape[0], bias is not None)
            layer._parameters.update(held._parameters)
            parent, _, name = path.rpartition(".")
            model.get_submodule(parent)._modules[name] = layer


def _class_name(name: str) -> str:
    """Name a class whose name a file does not have, by that of its module."""
    if name.isdigit():
        return "Block"
    return "".join(part.title() for part in name.split("_")) or "Model"


def _arguments(count: int) -> tuple[str, ...]:
    """Name arguments, of which a file has no names."""
    names = ("input", "other", "third", "fourth")
    return (*names[:count], *(f"input_{at + 1}" for at in range(len(names), count)))


def _forward(names: tuple[str, ...]) -> Any:
    """Return a `forward` whose arguments have names."""

    def forward(self: Part, *args: Any, **kwargs: Any) -> Any:
        return Part.forward(self, *args, **kwargs)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(str(name), kind) for name in ("self", *names)]
    forward.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return forward


def _place(call: Call) -> Place:
    """Return the author's line of a call."""
    first = call.items[0]
    return first.place if isinstance(first, Operation) else _place(first)


def _below(path: str, inner: str) -> str:
    return inner.removeprefix(f"{path}.") if path else inner


def _add(module: nn.Module, name: str, child: nn.Module) -> None:
    """Add a child, with the lists in between.

    A gap in a chain is a layer that computes nothing.
    """
    path, _, last = name.rpartition(".")
    owner = _owner(module, path, last)
    if isinstance(owner, nn.Sequential) and last.isdigit():
        for number in range(len(owner), int(last)):
            owner.add_module(str(number), nn.Identity())
    owner._modules[last] = child


def _owner(module: nn.Module, path: str, last: str) -> nn.Module:
    """Return the module at a path that has a `last`; make what is not there yet."""
    names = [name for name in path.split(".") if name]
    for name, following in zip(names, [*names, last][1:], strict=True):
        if name not in module._modules:
            module._modules[name] = (
                nn.ModuleList() if following.isdigit() else nn.Module()
            )
        found = module._modules[name]
        assert found is not None
        module = found
    return module


def _numbered(module: nn.Module) -> bool:
    return len(module._modules) > 1 and all(name.isdigit() for name in module._modules)

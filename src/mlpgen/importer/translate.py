"""Translates calls of modules to bodies of entries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.calls import Call, UnsaidError, Value, tensors_returned
from mlpgen.importer.examples import (
    KEY,
    NOTHING_MORE,
    Sight,
    first_said,
    given_back,
    options_for,
    seen,
)
from mlpgen.importer.functions import canonical, translated
from mlpgen.importer.layers import (
    ANY_LAYOUT,
    dropout_of,
    is_one_image,
    layer_of,
    mapped_arguments,
    result_layout,
)
from mlpgen.importer.methods import with_methods
from mlpgen.importer.recording import Ref
from mlpgen.importer.same_lines import Lines, SameLines
from mlpgen.importer.values import Values
from mlpgen.importer.weights import (
    computed_bias,
    linear_call,
    owner_of_weights,
    owner_tied,
    tensor_arguments,
    tensors_in,
    unwrapped,
)

if TYPE_CHECKING:
    from mlpgen.importer.layout import Shape
    from mlpgen.importer.recording import Module, Pass, Recording, Step
    from mlpgen.importer.same_lines import Line


class Translator(Values):
    """Translates one call of a module.

    Attributes:
        called: Where each module was called first, by path.
        same_lines: What lines do elsewhere.
        sight: What counts as batch in it.
    """

    def __init__(
        self,
        recording: Recording,
        path: str,
        values: dict[int, Value],
        same_lines: SameLines,
        sight: Sight = NOTHING_MORE,
    ) -> None:
        super().__init__(recording, path, values)
        self.sight = sight
        self.called: dict[str, int] = {}
        self.same_lines = same_lines
        self._lines = Lines()

    def body(self, each: Pass, names: list[str]) -> Body:
        """Translate the steps and what is returned."""
        shapes, alone = self.shapes(), self.alone()
        each = with_methods(each, self.path, self.recording)
        for step in each.steps:
            self.place = step.place
            try:
                self._step(step)
            except UnsaidError as error:
                if not error.path:
                    error.path = self.path
                raise
        returned, fields = tensors_returned(each.returned, self.has)
        values = [self.value(ref) for ref in returned]
        if not self.path:
            values = [self.with_batch(self.ungrouped(value)) for value in values]
        outputs = tuple(value.source for value in values)
        return Body((*names,), (*self.entries,), outputs, shapes, fields, (), alone)

    def _step(self, step: Step) -> None:
        if step.function:
            self._function(step)
        elif step.pass_ is None:
            self._leaf(step)
        else:
            self._module(step, step.pass_)

    def _function(self, step: Step) -> None:
        owner = owner_of_weights(step)
        module = self.recording.modules.get(owner) if owner != self.path else None
        called = linear_call(step, owner, module, self.path)
        if called is not None:
            self._leaf(called)
            bias, made = computed_bias(step), step.outputs[0].number
            if bias is not None:
                values = [self.values[made], self.value(bias)]
                source = self.emit("add", {}, values)
                self.values[made] = values[0]._replace(source=source)
            return
        refs = tensors_in([*step.args, *step.kwargs.values()])
        taken = (self.values.get(getattr(each, "number", -1)) for each in refs)
        sizes = self.sight.beside(each for each in taken if each)
        ways = [(), sizes] if sizes else [()]
        line, begin = self._lines.of(step), len(self.entries)
        found = first_said(ways, partial(self._called, step, line))
        self.same_lines.became(line, self.entries[begin:])
        self._keep(step, found)

    def _called(self, step: Step, line: Line | None, sizes: Shape) -> list[Value]:
        """Translate the call of a function, which may see more examples."""
        entries, tensors = [*self.entries], {**self.tensors}
        sight = self.sight.inside(sizes)
        call = Call(
            sight.of(step),
            canonical(step.function),
            lambda ref: seen(self.value(ref), sizes),
            partial(self.emit, sizes=sizes),
            line in self.same_lines.kept,
            line in self.same_lines.made and not sight.sizes,
            line in self.same_lines.whole,
        )
        try:
            found = translated(call)
            return [given_back(each, sizes, step.place) for each in found]
        except UnsaidError:
            self.entries, self.tensors = entries, tensors
            raise

    def _keep(self, step: Step, found: list[Value]) -> None:
        """Remember where the tensors are that a call returns, or changes in place."""
        refs = [each for each in tensors_in(step.returned) if isinstance(each, Ref)]
        if len(refs) != len(found) and refs:
            assert len(found) == 1, (step.function, len(refs), len(found))
            refs = refs[:1]
        for ref, value in zip(refs, found, strict=False):
            self.values[ref.number] = value
        for tensor in step.outputs:
            self.values.setdefault(tensor.number, found[0])

    def _name(self, path: str) -> str:
        if not self.path:
            return path
        if not path.startswith(f"{self.path}."):
            assert self.place is not None
            raise UnsaidError(f"it calls `{path}` of another class", self.place)
        return path[len(self.path) + 1 :]

    def _leaf(self, step: Step, module: Module | None = None) -> None:
        module = module or self.recording.modules[step.module]
        layer = layer_of(step, module)
        values = [self.value(each) for each in layer.takes]
        sizes = () if module.type in ANY_LAYOUT else self.sight.beside(values)
        values = [seen(each, sizes) for each in values]
        layer = dropout_of(layer, values[0].layout.rank)
        one = is_one_image(module.type, layout := values[0].layout)
        if one:
            image = self.emit("squeeze", {"dim": 0}, values)
            values = [values[0]._replace(source=image, layout=layout.without(0))]
        arguments = mapped_arguments(layer, values[0], step.place)
        sources = tuple(value.source for value in values)
        name = "" if self._is_lent(step, module) else self._name(step.module)
        entry = Entry(layer.type, arguments, sources, name, key=bool(name))
        options, owner = options_for(sizes), owner_tied(module, self.path, step.place)
        options |= {"share_weights": self._name(owner)} if owner else {}
        self._add(step, entry._replace(options=options))
        index = len(self.entries) - 1
        refs = [each for each in tensors_in(step.returned) if isinstance(each, Ref)]
        for ref, part in zip(refs, layer.parts, strict=False):
            out = self.recording.tensors[ref.number]
            layout = result_layout(step, module, values, part, out)
            source = Source(index, part if len(layer.parts) > 1 else "")
            found = Value(source, layout, out.dtype, values[0].alone)
            if one:
                found = found._replace(
                    source=self.emit("unsqueeze", {"dim": 0}, [found])
                )
            if not sizes or part == layer.parts[0]:  # states have the batch second
                self.values[ref.number] = given_back(found, sizes, step.place)

    def _is_lent(self, step: Step, module: Module) -> bool:
        """Return whether a layer is of another class, but has nothing to keep."""
        inside = not self.path or step.module.startswith(f"{self.path}.")
        return not (inside or module.members or module.children)

    def _unwrapped(self, step: Step, inside: Pass) -> bool:
        """Translate a class that calls the function of a layer on its own weights.

        What it does before and behind becomes entries of the class around it, and the
        function the layer itself: `F.conv2d(F.pad(x, …), self.weight)`.
        """
        found = unwrapped(step, inside, self.recording.modules, self.path)
        if found is None:
            return False
        before, call, layer, behind = found
        for each in before:
            self._inner_step(each)
        self._leaf(call, layer)
        for each in behind:
            self._inner_step(each)
        return True

    def _inner_step(self, step: Step) -> None:
        """Translate a step of a class that becomes a layer: its modules have no key."""
        self._step(step)
        if (
            step.module
        ):  # an activation of a normalization, the padding of a convolution
            self.entries[-1] = self.entries[-1]._replace(name="", key=False)

    def _module(self, step: Step, inside: Pass) -> None:
        if self._unwrapped(step, inside):
            return
        given = tensor_arguments(inside)
        given = {name: ref for name, ref in given.items() if self.has(ref)}
        values = [self.value(ref) for ref in given.values()]
        beside = self.sight.beside(values)
        # All of it sees more examples where it cannot be said else, or layers in it.
        ways: list[tuple[Shape, bool]] = [((), self.sight.strict)]
        ways = [((), True), (beside, False), *ways] if beside else ways
        translated_in = partial(self._inside, step, inside, given, values)
        inner, body, sizes = first_said(ways, translated_in)
        module = self.recording.modules[step.module]
        sources = tuple(value.source for value in values)
        name = self._name(step.module)
        entry = Entry("Identity", {}, sources, name, key=True)
        if body.entries:
            options = options_for(sizes)
            entry = entry._replace(type=module.type, body=body, options=options)
        self._add(step, entry)
        index = len(self.entries) - 1
        returned, _ = tensors_returned(inside.returned, inner.has)
        for number, ref in enumerate(returned):
            if isinstance(ref, Ref):
                if len(returned) > 1 and ref.number in self.values:
                    continue  # it only passes the tensor on
                part = str(number) if len(returned) > 1 else ""
                value = given_back(inner.value(ref), sizes, step.place)
                self.values[ref.number] = value._replace(source=Source(index, part))

    def _inside(
        self,
        step: Step,
        inside: Pass,
        names: dict[str, Any],
        values: list[Value],
        way: tuple[Shape, bool],
    ) -> tuple[Translator, Body, Shape]:
        """Translate the body of a class.

        Args:
            step: Its call.
            inside: Its forward pass.
            names: The tensors that it takes, by name.
            values: Where they are.
            way: What counts as batch, and whether nothing inside may see more examples.
        """
        sizes, strict = way
        sight = self.sight.inside(sizes, strict=strict)
        inner = Translator(self.recording, step.module, {}, self.same_lines, sight)
        pairs = zip(names.values(), values, strict=True)
        for index, (ref, value) in enumerate(pairs):
            own = seen(value, sizes)._replace(source=Source(-1 - index))
            if isinstance(ref, Ref):
                inner.values.setdefault(ref.number, own)
            else:
                inner.tensors[ref.key] = own
        body = inner.body(inside, [*names])
        for each in tensors_returned(inside.returned, inner.has)[0]:
            given_back(inner.value(each), sizes, step.place)
        return inner, body, sizes

    def _add(self, step: Step, entry: Entry) -> None:
        """Add the call of a module; one that was called before is shared."""
        members = self.recording.modules[step.module].members
        stateful = entry.body is not None or bool(members)
        entry = entry._replace(path=step.module, place=step.place, stateful=stateful)
        batch = {k: v for k, v in entry.options.items() if k == KEY}
        if step.module not in self.called:
            self.called[step.module] = len(self.entries)
        elif stateful:
            self._need_same(step, entry)
            entry = entry._replace(
                type="share",
                arguments={},
                name="",
                key=False,
                body=None,
                options={"share": self.called[step.module], **batch},
            )
        else:
            entry = entry._replace(name="", key=False, path="")
        self.entries.append(entry)

    def _need_same(self, step: Step, entry: Entry) -> None:
        """Refuse the call of a class that does something else than the first one."""
        before = self.entries[self.called[step.module]].body
        if before is None or entry.body is None:
            return
        if [each.type for each in before.entries] != [
            each.type for each in entry.body.entries
        ]:
            message = f"`{entry.type}` does something else than in its first call"
            raise UnsaidError(message, step.place)

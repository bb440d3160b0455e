"""What each optimizer, and each of its groups, trains."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.training.groups import fits_group
from mlpgen.graph.training.parameter_names import fits, named_parameters
from mlpgen.lints.spot import Spot
from mlpgen.lints.training.places import OPTIMIZER, argument_spot, name_spot

if TYPE_CHECKING:
    from mlpgen.graph.training.parameter_names import Named
    from mlpgen.graph.training.recipe import Group, Recipe
    from mlpgen.lints.rule import Subject
    from mlpgen.lints.sources import Sources
    from mlpgen.source import Path
    from mlpgen.training.optimizers.base import Optimizer


class Share(NamedTuple):
    """Parameters that are trained alike.

    Attributes:
        optimizer: The optimizer, with the arguments of the group.
        given: The arguments that the spec gives for these parameters alone.
        parameters: The parameters, without frozen ones.
        base: Where the optimizer, or the group, is.
        group: The group; None for what is in none.
        own: Whether the optimizer stands in the group.
    """

    optimizer: Optimizer
    given: frozenset[str]
    parameters: tuple[Named, ...]
    base: Path
    group: Group | None = None
    own: bool = True

    @property
    def kind(self) -> str:
        """The name of the optimizer."""
        return type(self.optimizer).__name__

    @property
    def matrices(self) -> tuple[Named, ...]:
        """The weights of two or more dimensions, but tables of vectors."""
        return tuple(each for each in self.parameters if "matrices" in each.kinds)

    @property
    def opaque(self) -> bool:
        """Whether it has parameters that nothing is known of."""
        return any(each.opaque for each in self.parameters)

    @property
    def widest(self) -> int:
        """The largest number of values that an output of a layer is computed from."""
        return max(
            (prod(map(int, each.shape[1:])) for each in self.matrices), default=0
        )

    def spot(self, sources: Sources, argument: str) -> Spot:
        """Return where an argument is."""
        if self.own:
            return argument_spot(sources, self.base, self.kind, argument)
        return Spot((*self.base, argument))

    def name_spot(self, sources: Sources) -> Spot:
        """Return where the name of the optimizer is."""
        return name_spot(sources, self.base if self.own else OPTIMIZER, self.kind)


def optimizers_of(recipe: Recipe) -> tuple[Optimizer, ...]:
    """Return the optimizers of all parameters, with the arguments of each group."""
    return (recipe.optimizer, *(each.optimizer for each in recipe.groups))


def shares_of(subject: Subject) -> tuple[Share, ...]:
    """Return what is trained alike: the parameters in no group, then each group."""
    recipe = subject.model.recipe
    return _shares(recipe, subject) if recipe is not None else ()


def _shares(recipe: Recipe, subject: Subject) -> tuple[Share, ...]:
    frozen = recipe.settings.freeze
    left = [
        each
        for each in named_parameters(subject.model.nodes)
        if not any(fits(each, pattern) for pattern in frozen)
    ]
    found = []
    for index, group in enumerate(recipe.groups):
        limit = 2 if group.optimizer.only_matrices else None
        mine = tuple(each for each in left if fits_group(each, group, limit))
        taken = {each.name for each in mine if not each.opaque}
        left = [each for each in left if each.name not in taken]
        base = (*OPTIMIZER, "groups", index)
        found.append(Share(group.optimizer, group.given, mine, base, group, group.own))
    given = frozenset(recipe.optimizer.model_fields_set)
    rest = Share(recipe.optimizer, given, tuple(left), OPTIMIZER)
    return tuple(each for each in (rest, *found) if each.parameters)

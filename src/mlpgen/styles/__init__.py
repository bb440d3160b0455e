"""The graph as the plan of a class: what `__init__` holds, what `forward` calls."""

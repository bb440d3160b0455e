"""What runs beside mlpgen, in a process with torch: the checks of the proof.

Only the standard library and torch are imported, and never the rest of mlpgen: the
folder `proof` is put on the path of that process, and this package is its `checks`. So
its modules name each other relative to themselves.
"""

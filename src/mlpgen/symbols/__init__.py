"""Symbolic sizes and expressions over parameters, and their Python code.

- `sizes`: integers that know the sum that computes them. Its normal form is in `sums`,
  with `sum_arithmetic` (+, -, *, //), `sum_functions` (min, if, int) and `sum_code` (a
  sum as Python code).
- `expressions` and `evaluation`: `${…}` of a spec, with `expression_arithmetic` and
  `expression_conditions`.
- `local_values`: names for expressions; `substitution`: sizes with other values;
  `equality`: sizes that are equal for all values.
- `operands`: code that knows its precedence.
"""

"""What each code of a diagnostic means, with a wrong spec and the same spec fixed.

`docs/errors.md` is generated from this, and a test tries every example.
"""

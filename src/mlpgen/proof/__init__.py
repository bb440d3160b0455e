"""Runs the styles of a spec with torch and compares them with what mlpgen predicted."""

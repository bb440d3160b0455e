"""Tests of `mlpgen migrate`."""

"""The proof: both styles of a spec are run, and held against what was predicted."""

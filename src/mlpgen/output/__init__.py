"""Headers, drift and atomic writes; knows nothing of networks."""

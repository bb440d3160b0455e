"""Rules about the training."""

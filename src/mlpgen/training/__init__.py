"""What `training:` of a spec may name: optimizers, schedulers, losses, data sets."""

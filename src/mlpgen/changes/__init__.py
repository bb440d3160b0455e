"""What a change of a spec does to the network: layers matched, compared, told."""

"""What the values of a network are: their range, and whether they are probabilities."""

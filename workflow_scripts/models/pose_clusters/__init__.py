"""Dances as sequences of clusters of motion, predicted one after the other; see `model`."""

"""Training motion cut into units and rearranged; see `model`."""

"""A conditioned WaveNet from dance to raw sound; see `model`."""

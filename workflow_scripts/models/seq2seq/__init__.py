"""A recurrent encoder-decoder; see `model`."""

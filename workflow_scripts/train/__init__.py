"""From a dataset to a model: one command for all architectures, resumable, the same weights from the same seed."""

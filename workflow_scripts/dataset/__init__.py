"""Aligned windows of motion and music, split by song, with statistics of the training split."""

"""Aligned windows of motion and music, split without leaks."""

"""Metrics: pure functions of motion (T, 24, 3) and numbers, without files, configuration or controls."""

"""Metrics with their controls."""

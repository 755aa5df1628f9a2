"""Figures of the evaluation: each module is an entry point that draws one of them, as SVG."""

"""Blind comparison in pairs: the page that asks which of two dances is better, and what the votes say."""

"""Pieces of training motion put together into dances: what models share that do so."""

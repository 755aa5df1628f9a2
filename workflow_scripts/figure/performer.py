"""Who dances: every performer (a model's name, say) has its own looks, the same in videos, files and pages."""

import hashlib

import numpy as np

from workflow_scripts.figure.appearance import Appearance


def looks_of(performer: str) -> Appearance:
    """Return what a performer looks like: equal names, equal looks (those of `render.staging.choose_style`)."""
    digest = hashlib.sha256(performer.encode("utf-8", "surrogatepass")).digest()
    return Appearance.random(np.random.default_rng(list(digest[:16])))

"""A generator of poses, and a generator of dances that steers it; see `model`."""

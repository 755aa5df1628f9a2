"""From a model and a song to a dance."""

"""A dance for a song, by a trained model."""

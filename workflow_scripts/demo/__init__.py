"""The embedded demo corpus: songs, choreography and a filmed dancer, all from a seed."""

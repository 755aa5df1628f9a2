"""Which parts of a video become clips: cut lists, shots, still pictures, silence, speech."""

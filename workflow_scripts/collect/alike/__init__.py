"""The same song, the same film: codes of sound and pictures, and finding what they have in common."""

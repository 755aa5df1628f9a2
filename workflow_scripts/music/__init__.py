"""Music features of every clip and song."""

"""The collect stage: from a playlist (or a folder, a list, the demo) to clips at a constant frame rate."""

"""One file per architecture; no file access inside; chosen by name."""

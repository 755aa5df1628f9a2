"""Motion in other programs' files: one module per format, each with `read` and, where it makes sense, `write`."""

"""What the report is made of, read from the files of a run."""

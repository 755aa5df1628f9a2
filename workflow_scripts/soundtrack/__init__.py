"""Sound for dances: what soundtrack models learn from is gathered here, and what they make is written as WAV."""

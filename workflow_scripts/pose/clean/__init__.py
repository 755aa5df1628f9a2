"""From what an estimator saw to motion one can train on: every step a pure function, `motion` puts them in order."""

"""How many threads a job may use."""

import os


def job_threads() -> int:
    """Return how many threads this job may use: Snakemake states them in OMP_NUM_THREADS; 1 where nothing is stated."""
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return int(threads) if threads.isdecimal() and int(threads) else 1

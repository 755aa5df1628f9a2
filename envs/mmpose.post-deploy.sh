#!/usr/bin/env bash
# Run by Snakemake once, inside the new conda environment, from its own folder: the copy of this file there has no
# neighbours, so the locks are looked for in the folder Snakemake was started in, or in PLAYLIST2DANCE_HOME.
set -euo pipefail
home=${PLAYLIST2DANCE_HOME:-$PWD}
[ -f "$home/envs/mmpose.txt" ] || { echo "set PLAYLIST2DANCE_HOME to the folder of the playlist2dance project" >&2; exit 1; }
python -m pip install -c "$home/envs/lock.txt" torch setuptools
python -m pip install --no-deps -r "$home/envs/lock.txt"
python -m pip install --no-deps -r "$home/envs/mmpose.txt"
python -m pip install --no-deps --no-build-isolation -e "$home"

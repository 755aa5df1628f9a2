#!/usr/bin/env bash
# make_venv.sh DIR: a virtual environment in DIR from envs/lock.txt. PYTHON chooses the interpreter.
set -euo pipefail
venv=$1
here=$(cd "$(dirname "$0")" && pwd)

usable() { # a Python 3.11 or 3.12 that can make a venv with pip
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null
}

python=""
for candidate in ${PYTHON:-python3 python3.12 python3.11}; do
    if usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    cat >&2 <<TXT
playlist2dance needs Python 3.11 or 3.12 with its venv module (MediaPipe has no wheels for newer ones).
Looked at: ${PYTHON:-python3, python3.12, python3.11} (found here: $(python3 --version 2>&1 || echo none)).
  Debian 12:     apt-get install python3 python3-venv
  Ubuntu 24.04:  apt-get install python3.12 python3.12-venv
  elsewhere:     install Python 3.12 and run   make PYTHON=/path/to/python3.12 <target>
TXT
    exit 1
fi

# An interrupted install leaves no .ready; an old interpreter or lock leaves packages nobody asked for: start anew.
rm -rf "$venv"
"$python" -m venv "$venv"
pip=("$venv/bin/python" -m pip --disable-pip-version-check install --quiet --no-input)
echo "installing the locked environment into $venv (about 2.4 GB; once)" >&2
"${pip[@]}" -c "$here/lock.txt" torch setuptools
"${pip[@]}" --no-deps -r "$here/lock.txt"
"${pip[@]}" --no-deps --no-build-isolation -e "$here/.."
# librosa compiles its peak picking when it is first used, and keeps it. Two processes that do so at once leave a broken
# file behind, with which every later one crashes: so it is done here.
"$venv/bin/python" -c "
import librosa, numpy
librosa.util.peak_pick(numpy.array([0.0, 1.0, 0.0]), pre_max=1, post_max=1, pre_avg=1, post_avg=1, delta=0.1, wait=1)
"

#!/usr/bin/env bash
# Programs of the system that some tests look at our files with. What is missing is installed where that is possible
# without asking (root and apt), and named where not; the tests that need it are then skipped.
set -euo pipefail

missing=()
for program in "$@"; do
    command -v "$program" >/dev/null || missing+=("$program")
done
((${#missing[@]})) || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; then
        exit 0
    fi
fi
echo "not installed: ${missing[*]}. Tests that need them are skipped; on Debian: sudo apt-get install ${missing[*]}"

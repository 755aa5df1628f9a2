#!/usr/bin/env bash
# check_programs.sh NAME|OTHER-NAME...: programs of the system that some tests look at our files with; each may have
# several names, the first is its Debian package. What is missing is installed where that is possible without asking
# (root and apt); is it missing still, this says so and fails.
set -euo pipefail

find_missing() {
    missing=()
    local names name
    for names in "$@"; do
        for name in ${names//|/ }; do
            command -v "$name" >/dev/null && continue 2
        done
        missing+=("${names%%|*}")
    done
}

find_missing "$@"
if ((${#missing[@]})) && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" || true
    hash -r
    find_missing "$@"
fi
((${#missing[@]})) || exit 0
echo "not installed: ${missing[*]}. Tests that need them are skipped; on Debian: sudo apt-get install ${missing[*]}," \
    "then make setup-checks again" >&2
exit 1

#!/usr/bin/env bash
# Makes a virtual environment for each major version of the Python SDK in target/clients, where it stays until its pins change.
set -euo pipefail
cd "$(dirname "$0")"
for major in 1 2; do
  venv=../../../target/clients/python$major
  if cmp -s "sdk$major.txt" "$venv/installed.txt" && "$venv/bin/python" -c 'import mcp' 2>/dev/null; then
    continue
  fi
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "sdk$major.txt"
  cp "sdk$major.txt" "$venv/installed.txt"
done

#!/usr/bin/env bash
# docker/compose.yaml against the schema of the Compose specification and against what the guide promises of it.
set -euo pipefail
cd "$(dirname "$0")"
venv=../../target/compose
if ! cmp -s requirements.txt "$venv/installed.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt
  cp requirements.txt "$venv/installed.txt"
fi
"$venv/bin/check-jsonschema" --builtin-schema vendor.compose-spec ../../docker/compose.yaml
"$venv/bin/python" -B promises.py

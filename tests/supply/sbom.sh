#!/usr/bin/env bash
# Writes the software bill of materials of what ships on Linux (CycloneDX, JSON), and holds it against what is compiled into it:
# tests/supply/sbom.sh FILE
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "$0")/../.."
target=x86_64-unknown-linux-gnu
name=intervals-mcp-server-$$.cdx
trap 'rm -f "$name.json"' EXIT

# Looks at Cargo.lock without asking whether it is up to date; the builds do, which are `--locked`.
cargo cyclonedx --quiet --format json --spec-version 1.5 --target "$target" --no-build-deps --override-filename "$name"

# Crates and their versions, one a line.
listed=$(python3 -c 'import json, sys
for part in json.load(open(sys.argv[1]))["components"]:
    print(part["name"], part["version"])' "$name.json" | sort -u)
compiled() {
  cargo tree --locked --target "$target" --edges "$1" --prefix none --format '{p}' |
    sed -E 's/^([^ ]+) v([^ ]+).*/\1 \2/' | grep -v '^intervals-mcp-server ' | sort -u
}

missing=$(comm -13 <(echo "$listed") <(compiled normal))
if [ -n "$missing" ]; then
  printf 'not in the bill of materials:\n%s\n' "$missing" >&2
  exit 1
fi
of_the_tests=$(comm -13 <(compiled normal,build) <(compiled dev))
strangers=$(comm -12 <(echo "$listed") <(echo "$of_the_tests"))
if [ -n "$strangers" ]; then
  printf 'only the tests have:\n%s\n' "$strangers" >&2
  exit 1
fi

mv "$name.json" "$out"
echo "$(wc -l <<<"$listed") crates in the software bill of materials"

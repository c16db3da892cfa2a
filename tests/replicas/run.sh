#!/usr/bin/env bash
# The tests of OAuth and of the protocol, with two servers behind each address that take turns and share one Redis, which is
# killed and started again in between: tests/replicas/run.sh
#
# alone.txt names the tests that are about one server by itself, each with the reason; they are told as skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v redis-server >/dev/null; then
  [ "${CI:-}" != true ] || { echo "FAILED: replicas: redis-server is not installed" >&2; exit 1; }
  echo "SKIPPED: replicas: redis-server is not installed"
  exit 0
fi

room=$(mktemp -d)
redis=
finish() {
  [ -z "$redis" ] || kill -KILL "$redis" 2>/dev/null || true
  rm -rf "$room"
}
trap finish EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start_redis() {
  redis-server --bind 127.0.0.1 --port "$port" --dir "$room" --save '' --appendonly yes >"$room/redis.log" &
  redis=$!
  for _ in $(seq 100); do
    [ "$(redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null)" != PONG ] || return 0
    sleep 0.1
  done
  cat "$room/redis.log" >&2
  return 1
}

cargo test --locked --test it --no-run
cargo test --locked --test it -- --list --format terse 2>/dev/null | sed -n 's/: test$//p' >"$room/all"
grep -v '^#' tests/replicas/alone.txt | cut -d ' ' -f 1 | sort >"$room/alone"

# A test that is listed and does not exist is a mistake of the list.
unknown=$(comm -23 "$room/alone" <(sort "$room/all"))
[ -z "$unknown" ] || { echo "alone.txt names what does not exist: $unknown" >&2; exit 1; }

# Runs the tests whose names begin so, but for those that are listed.
run() {
  sed -n "/^$1/ s/^\([^ ]*\) /SKIPPED: \1: /p" tests/replicas/alone.txt
  grep "^$1" "$room/all" | sort | comm -23 - "$room/alone" >"$room/chosen"
  [ -s "$room/chosen" ] || { echo "nothing begins with $1" >&2; exit 1; }
  TESTED_REPLICAS=2 TESTED_REDIS="redis://127.0.0.1:$port" \
    xargs cargo test --locked --test it -- --exact <"$room/chosen"
}

start_redis
run oauth::
kill -KILL "$redis"
wait "$redis" 2>/dev/null || true
start_redis
run protocol::
run replicas::

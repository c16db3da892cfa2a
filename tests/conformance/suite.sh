# Sourced by the scripts beside it, with `binary` the path of the server: the suite is installed afterwards, and the server runs
# as ../clients/server.sh says.
cd "$here"

[ -d node_modules/@modelcontextprotocol/conformance ] || npm ci --no-audit --no-fund --loglevel=error
# The suite needs a newer Node than distributions have; the package `node` brings it.
if [ -x node_modules/node/bin/node ]; then
  PATH="$PWD/node_modules/node/bin:$PATH"
fi

. ../clients/server.sh

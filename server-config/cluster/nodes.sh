# What payara-micro.sh and wildfly.sh have in common: it is read by them, and not run.
set -euo pipefail

require() {
  for name in "$@"; do
    if [ -z "${!name:-}" ]; then
      echo "$name is not set; see server-config/README.md" >&2
      exit 2
    fi
  done
}

require CLAVIGER_DATABASE_URL CLAVIGER_DATABASE_USER CLAVIGER_DATABASE_PASSWORD CLAVIGER_KEY_ENCRYPTION_KEY
: "${WARS:=claviger.war}"
export CLAVIGER_ISSUER=${CLAVIGER_ISSUER:-http://127.0.0.1:8000/api/v2/auth}
export CLAVIGER_TRUSTED_PROXIES=127.0.0.1 CLAVIGER_FORWARDED_HEADERS="X-Forwarded-For, X-Forwarded-Host"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
pids=()
keep=

# Ends all that was started. The logs stay where a node did not start.
stop() {
  trap - EXIT
  trap "" INT TERM
  kill "${pids[@]}" 2>/dev/null || true
  wait "${pids[@]}" 2>/dev/null || true
  [ -n "$keep" ] || rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Starts a command as a node of that number; its output goes to a file of its own.
node() {
  local number=$1
  shift
  CLAVIGER_DATA_DIRECTORY="$work" "$@" >"$work/node-$number.log" 2>&1 &
  pids+=($!)
}

# Waits for both, puts nginx in front of them, and goes on until Ctrl-C.
serve() {
  for number in 1 2; do
    until curl -fsS -o /dev/null "http://127.0.0.1:808$number/api/v2/auth/health/ready" 2>/dev/null; do
      if ! kill -0 "${pids[number - 1]}" 2>/dev/null; then
        echo "node $number has ended; see $work/node-$number.log" >&2
        keep=yes
        exit 1
      fi
      sleep 1
    done
    echo "node $number is ready, process ${pids[number - 1]}, log $work/node-$number.log"
  done
  nginx -p "$work" -c "$here/nginx.conf" -g "daemon off;" &
  pids+=($!)
  echo "both at $CLAVIGER_ISSUER; Ctrl-C ends them"
  wait "${pids[-1]}"
}

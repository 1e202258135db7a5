# A Docker engine for this run: the one that answers, else one started here. Sourced by .ci/run.
engine_pid=

# start_engine: 0 once an engine answers. What it starts, stop_engine stops.
start_engine() {
  if engine_answers; then
    echo "a Docker engine answers already"
    return 0
  fi
  if ! command -v dockerd >/dev/null || ! command -v debootstrap >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update && apt-get -q install -y --no-install-recommends docker.io debootstrap iptables cgroupfs-mount || return 1
  fi
  # On machines without systemd nobody else mounts the control groups.
  ! command -v cgroupfs-mount >/dev/null || cgroupfs-mount || true
  # Installing the package may have started it.
  if ! engine_answers; then
    rm -f /var/run/docker.pid
    setsid dockerd >reports/dockerd.log 2>&1 </dev/null &
  fi
  for _ in $(seq 60); do
    if engine_answers; then
      engine_pid=$(cat /var/run/docker.pid)
      echo "started a Docker engine, process $engine_pid"
      return 0
    fi
    sleep 1
  done
  echo "no Docker engine came up within a minute:"
  tail -n 20 reports/dockerd.log
  return 1
}

# stop_engine: ends the engine that start_engine started, and waits for its end.
stop_engine() {
  [ -n "$engine_pid" ] || return 0
  kill "$engine_pid" 2>/dev/null
  for _ in $(seq 30); do
    [ -d "/proc/$engine_pid" ] || break
    sleep 1
  done
  engine_pid=
}

engine_answers() {
  curl --silent --fail --max-time 5 --unix-socket /var/run/docker.sock http://engine/_ping >/dev/null 2>&1
}

# images: all images on the engine. $MAILDRILL_IMAGE_CACHE may name a folder that outlives the machine.
images() {
  local archive=
  if [ -n "${MAILDRILL_IMAGE_CACHE:-}" ]; then
    archive=$MAILDRILL_IMAGE_CACHE/$(node bin/maildrill.mjs images list --json | grep '"reference"' | sha256sum | cut -c1-12).tar
    if [ -f "$archive" ]; then node bin/maildrill.mjs images load "$archive"; fi
  fi
  timeout --signal=INT 900 node bin/maildrill.mjs images build || return 1
  if [ -n "$archive" ] && [ ! -f "$archive" ]; then
    mkdir -p "$MAILDRILL_IMAGE_CACHE" && node bin/maildrill.mjs images save "$archive" || echo "the images were not kept"
  fi
}

# nothing_left: what ran before has taken its ranges down itself; there is nothing of dead processes for a sweep to find.
nothing_left() {
  node bin/maildrill.mjs ps --json | node -e '
    const { gone, swept } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    if (gone.length + swept.length > 0) console.log("left behind:", ...gone, ...swept);
    process.exit(gone.length + swept.length > 0 ? 1 : 0);'
}

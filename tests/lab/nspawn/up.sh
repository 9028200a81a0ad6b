#!/bin/bash
# Boots a real systemd (PID 1) from a Debian root and waits until it is up (about 1 s).
# usage: [LIMITS=1] [V2=1] [BPF=1] [NET=none|host|NETNS] [IN_PLACE=1] [MACHINE_ID=hex32] \
#            up.sh ROOT_DIR NAME [more systemd-nspawn options]
# prints: NSPAWN_PID LEADER_PID SECONDS STATE ROOT      stop it with down.sh NAME
#   default     ROOT_DIR stays untouched: an overlay on tmpfs is booted, and goes with down.sh
#   LIMITS=1    MemoryMax=, TasksMax=, CPUQuota= really bite (cgroup v1 controllers made writable inside)
#   V2=1        pure cgroup v2 inside, without controllers (for systemd >= 258, and for BPF=1)
#   BPF=1       all capabilities and bpf(2): with V2=1 IPAddressDeny=/Allow= really bite
#   NET=NETNS   network namespace to live in (see netlab.sh), root in it; none = only loopback; host = the caller's
#   MACHINE_ID  give two containers the same one to test cloned hosts; default: a new one
# needs (apt): systemd-container bc
set -eu
root=$(realpath "$1"); name=$2; shift 2
run=${LAB_RUN:-/tmp/lab-run}; mkdir -p "$run"
[ -e "$run/$name.pid" ] && { echo "up.sh: $name exists; down.sh $name first" >&2; exit 2; }
[ -d "$root/etc/systemd" ] || { echo "up.sh: $root holds no systemd" >&2; exit 2; }
t0=$(date +%s.%N)
if [ -z "${IN_PLACE:-}" ]; then
  o=$run/$name.ov; mkdir -p "$o"; mount -t tmpfs -o mode=755,size=2g lab-$name "$o"; mkdir "$o"/{up,work,root}
  mount -t overlay -o lowerdir="$root",upperdir="$o/up",workdir="$o/work" lab-$name "$o/root"; root=$o/root
fi
echo "${MACHINE_ID:-}" > "$root/etc/machine-id"; [ -n "${MACHINE_ID:-}" ] || : > "$root/etc/machine-id"
echo "$name" > "$root/etc/hostname"; printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$name" > "$root/etc/hosts"
[ -n "${V2:-}" ] && export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
case ${NET:-none} in none) net=(--private-network);; host) net=();; *) net=(--network-namespace-path="/run/netns/$NET" --capability=CAP_NET_ADMIN);; esac
bpf=(); [ -n "${BPF:-}" ] && bpf=(--capability=all "--system-call-filter=bpf perf_event_open @keyring")
: > "$run/$name.cg"          # a cgroup of its own in each hierarchy, so that the host's own stay untouched
for h in memory pids cpu cpuacct blkio systemd unified; do
  case $h in systemd) k=name=systemd;; unified) k=;; *) k=$h;; esac
  d=/sys/fs/cgroup/$h$(awk -F: -v k="$k" '$2==k{print $3}' /proc/self/cgroup)
  d=${d%/}/lab-$name; mkdir -p "$d" 2>/dev/null && echo "$d" >> "$run/$name.cg" || true
done
setsid bash -c 'while read -r d; do echo $$ > "$d/cgroup.procs"; done < "$1"; shift; exec "$@"' _ "$run/$name.cg" \
  systemd-nspawn -q -D "$root" -M "$name" --boot --register=no --keep-unit --resolv-conf=off --timezone=off \
  "${net[@]}" "${bpf[@]}" "$@" </dev/null >"$run/$name.log" 2>&1 &
np=$!; echo $np > "$run/$name.pid"; leader='' st=''
for _ in $(seq 600); do
  kill -0 $np 2>/dev/null || { echo "up.sh: ended early" >&2; tail -20 "$run/$name.log" >&2; rm -f "$run/$name.pid"; exit 1; }
  leader=$(for c in $(cat /proc/$np/task/$np/children 2>/dev/null); do      # PID 1 of its own pid namespace
      [ "$(awk '/^NSpid/{print $NF}' "/proc/$c/status" 2>/dev/null)" = 1 ] && echo "$c"; done | head -1) || true
  [ -n "$leader" ] && st=$(nsenter -t "$leader" -a systemctl is-system-running 2>/dev/null || true)
  case "$st" in running|degraded) break;; esac
  sleep 0.05
done
echo "$leader" > "$run/$name.leader"
if [ -n "${LIMITS:-}" ]; then
  for c in memory pids cpu cpuacct blkio; do
    nsenter -t "$leader" -a mount -o remount,rw,bind /sys/fs/cgroup/$c
  done
  nsenter -t "$leader" -a systemctl daemon-reexec
fi
echo "$np $leader $(echo "$(date +%s.%N) - $t0" | bc)s $st $root"

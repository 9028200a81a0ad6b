#!/bin/bash
# usage: down.sh NAME   orderly poweroff (SIGRTMIN+4 to its PID 1), hard after 15 s; by pid only.
# Removes the container's overlay, cgroups and run files.  Safe to call twice.
name=$1; run=${LAB_RUN:-/tmp/lab-run}
[ -e "$run/$name.pid" ] || exit 0
l=$(cat "$run/$name.leader" 2>/dev/null) np=$(cat "$run/$name.pid")
[ -n "$l" ] && kill -s RTMIN+4 "$l" 2>/dev/null
for _ in $(seq 150); do kill -0 "$np" 2>/dev/null || break; sleep 0.1; done
if kill -0 "$np" 2>/dev/null; then kill -KILL "${l:-$np}"; sleep 0.5; kill -KILL "$np" 2>/dev/null; fi
sleep 0.1
while read -r d; do find "$d" -depth -type d -exec rmdir {} \; ; done < "$run/$name.cg" 2>/dev/null
rmdir "/run/systemd/nspawn/propagate/$name" 2>/dev/null
if [ -d "$run/$name.ov" ]; then              # lazily where something still looks at it: the rest goes with the last look
  for m in "$run/$name.ov/root" "$run/$name.ov"; do umount "$m" 2>/dev/null || umount -l "$m"; done
  rmdir "$run/$name.ov"
fi
rm -f "$run/$name".{leader,pid,cg,log}; exit 0

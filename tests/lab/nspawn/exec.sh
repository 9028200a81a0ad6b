#!/bin/bash
# usage: exec.sh NAME command...   runs it as root in all namespaces of the booted container.
# It is in no unit and no unit's limits: for those use  exec.sh NAME systemd-run --wait --pipe -p MemoryMax=… command
name=$1; shift
exec nsenter -t "$(cat "${LAB_RUN:-/tmp/lab-run}/$name.leader")" -a -- \
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb "$@"

#!/bin/sh
# Adds what the discovery service needs to an agent that install.sh installed. It is neither enabled nor started: see
# docs/operations/install.md. /opt/rongdun/uninstall.sh removes it together with the agent.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ "$(id -u)" != 0 ]; then
    echo "install.sh: needs root: run it by sudo" >&2
    exit 2
fi
if [ ! -e /opt/rongdun/uninstall.sh ]; then
    echo "install.sh: there is no agent that install.sh installed: install that first" >&2
    exit 2
fi
rm -rf /opt/rongdun/discovery
mkdir -p /usr/lib/systemd/system
cp -R -P -p "$here/root/opt/rongdun/discovery" /opt/rongdun/
cp -R -P -p "$here"/root/opt/rongdun/licences/* /opt/rongdun/licences/
chown -R 0:0 /opt/rongdun/discovery /opt/rongdun/licences
cp "$here"/root/usr/lib/systemd/system/* /usr/lib/systemd/system/
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl try-restart rongdun-discovery.service
fi

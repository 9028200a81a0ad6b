# Removes the agent and discovery. usage: remove.sh deb|rpm|tar [--purge]: users, state, identity and settings as well
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
kind=$1 purge=${2:-}
packages=

known() { # those of ours that the package manager knows, removed ones with their settings left included
    for package in rongdun-agent-discovery rongdun-agent; do
        if "$@" $package >/dev/null 2>&1; then packages="$packages $package"; fi
    done
}

rest() {
    rm -rf /var/lib/rongdun /var/lib/rongdun-discovery
    rm -f /etc/rongdun/agent.toml /etc/rongdun/discovery.toml
    if [ -d /etc/rongdun ]; then rmdir --ignore-fail-on-non-empty /etc/rongdun; fi
    for user in rongdun rongdun-discovery; do
        if id -u $user >/dev/null 2>&1; then userdel $user; fi
    done
}

case $kind in
deb)
    known dpkg-query -W
    export DEBIAN_FRONTEND=noninteractive
    if [ -n "$packages" ]; then apt-get -q -y -o DPkg::Lock::Timeout=300 remove $purge $packages; fi
    ;;
rpm)
    known rpm -q
    if [ -n "$packages" ]; then rpm -e $packages; fi
    ;;
tar)
    if [ -e /opt/rongdun/uninstall.sh ]; then /opt/rongdun/uninstall.sh; fi
    ;;
esac
if [ -n "$purge" ]; then rest; fi

# What installing and removing consist of, the same for tarball, .deb and .rpm. The build puts this in front of their scripts.
# Plain sh; an image without a running systemd, or with none at all, is fine.
service=rongdun-agent.service
users='rongdun rongdun-discovery'
state=/var/lib/rongdun

lives() { [ -d /run/systemd/system ]; }
systemd() { command -v systemctl >/dev/null 2>&1; }

make_users() {
    systemd-sysusers /usr/lib/sysusers.d/rongdun-agent.conf >/dev/null 2>&1 || true
    for user in $users; do
        id -u "$user" >/dev/null 2>&1 && continue
        useradd --system --user-group --no-create-home --home-dir "/var/lib/$user" --shell /usr/sbin/nologin "$user" || {
            echo "rongdun-agent: the user $user cannot be made, neither by systemd-sysusers nor by useradd: make it, then install again" >&2
            return 1
        }
    done
}

make_folders() {
    install -d -m 0755 /etc/rongdun
    if [ -e /etc/tmpfiles.d/rongdun-agent.conf ]; then # the host's own word: the agent is another user here (systemd-219)
        systemd-tmpfiles --create rongdun-agent.conf || true
        return
    fi
    install -d -m 0750 -o rongdun-discovery -g rongdun-discovery /var/lib/rongdun-discovery
    if [ -d $state ] && [ "$(stat -c %U $state)" != rongdun ]; then # an agent was run here by hand, as root
        chown -R -h rongdun:rongdun $state
    fi
    install -d -m 0700 -o rongdun -g rongdun $state
}

after_install() { # first: enabled, and started if the host is enrolled already; again: what runs goes on, anew
    make_users
    make_folders
    if [ "$1" = first ] && systemd; then systemctl enable --quiet $service || true; fi
    lives || return 0
    systemctl daemon-reload || true
    if [ "$1" = first ] && [ -e $state/credential.json ]; then systemctl start $service || true; fi
    if [ "$1" = again ]; then restart; fi
}

restart() {
    lives || return 0
    systemctl daemon-reload || true
    systemctl try-restart $service rongdun-discovery.service 2>/dev/null || true
}

before_remove() { # UNIT
    if lives; then systemctl stop "$1" || true; fi
    if systemd; then systemctl disable --quiet "$1" 2>/dev/null || true; fi
}

after_remove() {
    lives || return 0
    systemctl daemon-reload || true
    systemctl reset-failed $service rongdun-discovery.service 2>/dev/null || true
}

purge() { # what installing does not bring and removing does not take: state, settings, users
    rm -rf $state /var/lib/rongdun-discovery
    rm -f /etc/rongdun/agent.toml /etc/rongdun/discovery.toml
    if [ -d /etc/rongdun ]; then rmdir --ignore-fail-on-non-empty /etc/rongdun; fi # the collector's settings may lie there
    for user in $users; do
        if id -u "$user" >/dev/null 2>&1; then userdel "$user" || true; fi
        if getent group "$user" >/dev/null 2>&1; then groupdel "$user" || true; fi
    done
}

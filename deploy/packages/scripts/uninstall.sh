
# Removes the agent that install.sh brought, and the discovery service with it; --purge: state, settings and users as well.
# usage: /opt/rongdun/uninstall.sh [--purge]
main() {
    [ "$(id -u)" = 0 ] || {
        echo "uninstall.sh: needs root: run it by sudo" >&2
        exit 2
    }
    before_remove $service
    before_remove rongdun-discovery.service
    rm -rf /opt/rongdun
    rm -f /usr/bin/rongdun-agent /usr/lib/sysusers.d/rongdun-agent.conf /usr/lib/tmpfiles.d/rongdun-agent.conf
    rm -f /usr/lib/systemd/system/rongdun-agent* /usr/lib/systemd/system/rongdun-discovery*
    after_remove
    if [ "${1:-}" = --purge ]; then purge; fi
    exit 0
}

set -eu
main "$@"


# Installs the agent that lies beside this script, or upgrades what it installed before.
# usage: ./install.sh [TOKEN | - | --token-file FILE]     with a token (- reads it from standard input) it enrols as well
fail() {
    echo "install.sh: $*" >&2
    exit 2
}

main() {
    here=$(cd "$(dirname "$0")" && pwd)
    [ "$(id -u)" = 0 ] || fail "needs root: run it by sudo"
    if [ -e /opt/rongdun ] && [ ! -e /opt/rongdun/uninstall.sh ]; then
        fail "/opt/rongdun is there, and not by this script: upgrade with the package that it is from, or remove that first"
    fi
    if [ -e /opt/rongdun ]; then how=again; else how=first; fi

    rm -rf /opt/rongdun.new
    mkdir -p /opt
    cp -R -P -p "$here/root/opt/rongdun" /opt/rongdun.new
    chown -R 0:0 /opt/rongdun.new
    /opt/rongdun.new/python/bin/python3.13 -I -B -c 'import ssl, sqlite3, pydantic' || {
        rm -rf /opt/rongdun.new
        fail "its interpreter does not run here ($(uname -m), $(getconf GNU_LIBC_VERSION 2>/dev/null)): it needs @ARCH@, glibc 2.17 or newer, libgcc_s.so.1, and an /opt that is not mounted noexec"
    }
    if [ -d /opt/rongdun/discovery ]; then # of a package of its own
        mv /opt/rongdun/discovery /opt/rongdun.new/
        cp -R -P -p /opt/rongdun/licences/*discovery* /opt/rongdun/licences/scapy* /opt/rongdun.new/licences/ 2>/dev/null || true
    fi
    rm -rf /opt/rongdun.old
    if [ $how = again ]; then mv /opt/rongdun /opt/rongdun.old; fi
    mv /opt/rongdun.new /opt/rongdun
    rm -rf /opt/rongdun.old
    cp "$here/uninstall.sh" /opt/rongdun/uninstall.sh
    (cd "$here/root" && find etc usr ! -type d) | while read -r file; do
        mkdir -p "/$(dirname "$file")"
        cp -P "$here/root/$file" "/$file.new"
        chown -h 0:0 "/$file.new"
        mv -f "/$file.new" "/$file"
    done
    if command -v restorecon >/dev/null 2>&1; then restorecon -R /opt/rongdun /usr/bin/rongdun-agent || true; fi

    after_install $how
    if [ $# -gt 0 ]; then rongdun-agent enroll "$@"; fi
    [ -e $state/credential.json ] || echo "Installed. To enrol: rongdun-agent enroll TOKEN"
}

set -eu
main "$@"

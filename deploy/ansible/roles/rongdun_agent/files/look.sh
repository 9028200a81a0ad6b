# Says what the role has to know of a host, a line rongdun_KEY=VALUE each. Plain sh: there may be no Python here.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
there() { for path in "$@"; do if [ -e "$path" ]; then echo yes; return; fi; done; echo no; }
if [ -e /opt/rongdun/uninstall.sh ]; then
    kind=tar # which install.sh brought, and nothing else may upgrade
elif dpkg-query -W dpkg >/dev/null 2>&1; then
    kind=deb
elif rpm -q rpm >/dev/null 2>&1; then
    kind=rpm
else
    kind=tar
fi
users=$(grep -cE '^rongdun(-discovery)?:' /etc/passwd)
rest=$(there /var/lib/rongdun /var/lib/rongdun-discovery /etc/rongdun/agent.toml /etc/rongdun/discovery.toml)
if [ "$users" != 0 ]; then rest=yes; fi
bill=/opt/rongdun/licences/rongdun-agent-discovery.cdx.json
echo "rongdun_architecture=$(uname -m)"
echo "rongdun_kind=$kind"
echo "rongdun_there=$(there /opt/rongdun)"
echo "rongdun_version=$(rongdun-agent --version 2>/dev/null | sed 's/^rongdun-agent //')"
echo "rongdun_discovery=$(sed -n '/"component"/,/}/s/.*"version": "\(.*\)".*/\1/p' $bill 2>/dev/null)"
echo "rongdun_enrolled=$(there /var/lib/rongdun/credential.json)"
echo "rongdun_rest=$rest"

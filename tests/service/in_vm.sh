# Run as root in the virtual machine: both services, then what the agent sent beside what root reads; one line of base64.
set -u
for _ in $(seq 300); do systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && break; sleep 0.2; done
ip link set lo up
install -m 4755 -o li /dev/null /tmp/left
systemctl start rongdun-collector || journalctl -u rongdun-collector --no-pager
token=$(runuser -u rongdun-collector -- rongdun-collector token create --url http://127.0.0.1:8600 --data /var/lib/rongdun-collector)
rongdun-agent enroll "${token##* }"
systemctl start rongdun-agent
for _ in $(seq 1200); do [ -e /var/lib/rongdun/cycle.json ] && break; sleep 0.1; done
cat /var/lib/rongdun/cycle.json; echo
systemctl is-active auditd rongdun-agent rongdun-collector
systemd-run --quiet --wait --pipe --unit=facts-by-root rongdun-agent facts --walk > /run/root.json
/opt/rongdun/bin/python3 /usr/local/lib/fetch_facts.py http://127.0.0.1:8600 > /run/sent.json
systemd-analyze security --no-pager --json=short > /run/exposure.json
/opt/rongdun/bin/python3 - <<'P'
import base64, json, zlib
parts = {name: json.load(open(f"/run/{name}.json")) for name in ("root", "sent", "exposure")}
print("FACTS", base64.b64encode(zlib.compress(json.dumps(parts).encode())).decode())
P

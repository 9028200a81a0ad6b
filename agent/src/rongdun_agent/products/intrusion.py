"""Detection of intrusions on the host itself; what only guards the network or bans addresses is none."""

from rongdun_agent.products.known import Known, Regularly

KNOWN = (
    Known(
        "wazuh",
        ("host-ids", "file-integrity"),
        packages=("wazuh-agent", "wazuh-manager"),
        paths=("/var/ossec/bin/wazuh-agentd", "/var/ossec/bin/wazuh-analysisd"),
        processes=("wazuh-syscheckd",),
        units=("wazuh-agent.service", "wazuh-manager.service"),
        data=("/var/ossec/queue/fim/db/fim.db",),
    ),
    Known(
        "ossec",
        ("host-ids", "file-integrity"),
        packages=("ossec-hids", "ossec-hids-agent", "ossec-hids-server", "ossec-hids-local"),
        paths=("/var/ossec/bin/ossec-syscheckd",),
        processes=("ossec-syscheckd",),
        units=("ossec.service", "ossec-hids.service"),
    ),
    Known(
        "elkeid",
        ("host-ids",),
        packages=("elkeid-agent",),
        paths=("/etc/elkeid/elkeid-agent",),
        processes=("elkeid-agent",),
        units=("elkeid-agent.service",),
    ),
    Known(
        "qingteng-titan",  # 青藤万相: unverified
        ("host-ids",),
        paths=("/titan/agent/titan_agent",),
        processes=("titan_agent", "titan_monitor"),
    ),
    Known(
        "chaitin-cloudwalker",  # 长亭牧云
        ("host-ids",),
        paths=("/etc/systemd/system/cloudwalker-agent.service",),
        processes=("cloudwalker-agent", "cloudwalker"),  # unverified
        units=("cloudwalker-agent.service",),
    ),
    Known(
        "falco",
        ("host-ids",),
        packages=("falco",),
        programs=("falco",),
        processes=("falco",),
        units=("falco.service", "falco-modern-bpf.service", "falco-bpf.service", "falco-kmod.service"),
        data=("/etc/falco/falco_rules.yaml",),
    ),
    Known(
        "osquery",
        ("host-ids",),
        packages=("osquery",),
        paths=("/opt/osquery/bin/osqueryd",),
        programs=("osqueryd",),
        processes=("osqueryd",),
        units=("osqueryd.service",),
    ),
    Known(
        "tetragon",
        ("host-ids",),
        paths=("/usr/local/bin/tetragon",),
        processes=("tetragon",),
        units=("tetragon.service",),
    ),
    Known(
        "auditbeat",
        ("host-ids", "file-integrity"),
        packages=("auditbeat",),
        processes=("auditbeat",),
        units=("auditbeat.service",),
    ),
    Known(
        "samhain",
        ("host-ids", "file-integrity"),
        packages=("samhain",),
        programs=("samhain",),
        processes=("samhain",),
        units=("samhain.service",),
        data=("/var/lib/samhain/samhain_file", "/var/state/samhain/samhain_file"),
    ),
    Known(
        "rkhunter",
        ("host-ids",),
        packages=("rkhunter",),
        programs=("rkhunter",),
        data=("/var/lib/rkhunter/db/rkhunter.dat",),
        regularly=Regularly(
            scripts=("rkhunter",),
            commands=("rkhunter",),
            switch=(("/etc/default/rkhunter",), r"CRON_DAILY_RUN=[\"']?(true|yes|1)\b"),
        ),
    ),
    Known(
        "chkrootkit",
        ("host-ids",),
        packages=("chkrootkit",),
        programs=("chkrootkit",),
        regularly=Regularly(
            timers=("chkrootkit.timer",),
            scripts=("chkrootkit",),
            commands=("chkrootkit",),
            switch=(("/etc/chkrootkit/chkrootkit.conf", "/etc/chkrootkit.conf"), r"RUN_DAILY=[\"']?(true|yes|1)\b"),
        ),
    ),
)

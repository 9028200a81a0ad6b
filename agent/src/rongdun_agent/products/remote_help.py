"""Remote control through somebody else's servers, past the firewall and the bastion."""

from rongdun_agent.products.known import Known

KNOWN = (
    Known(
        "todesk",
        ("remote-help",),
        packages=("todesk",),
        paths=("/opt/todesk",),
        processes=("ToDesk_Service", "ToDesk"),
        units=("todeskd.service",),
    ),
    Known(
        "sunlogin",  # 向日葵
        ("remote-help",),
        packages=("sunloginclient", "aweray-sunlogin"),
        paths=("/usr/local/sunlogin", "/opt/apps/com.oray.sunlogin.client"),
        processes=("sunloginclient", "oray_rundaemon"),
        units=("runsunloginclient.service",),
    ),
    Known(
        "teamviewer",
        ("remote-help",),
        packages=("teamviewer", "teamviewer-host"),
        paths=("/opt/teamviewer",),
        processes=("teamviewerd",),
        units=("teamviewerd.service",),
    ),
    Known(
        "anydesk",
        ("remote-help",),
        packages=("anydesk",),
        programs=("anydesk",),
        processes=("anydesk",),
        units=("anydesk.service",),
    ),
    Known(
        "rustdesk",
        ("remote-help",),
        packages=("rustdesk",),
        programs=("rustdesk",),
        processes=("rustdesk",),
        units=("rustdesk.service",),
    ),
)

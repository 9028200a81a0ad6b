"""The places that `watched_files` looks into: directories for programs with privileges, patterns for hooks."""

from collections.abc import Iterator

from rongdun_agent.host import Host
from rongdun_agent.local_accounts.lines import parse_passwd
from rongdun_contract.facts.watched_files import HookKind

PRIVILEGED_DIRECTORIES = (
    *("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/games", "/usr/libexec"),
    *("/usr/lib", "/usr/lib/openssh", "/usr/lib/dbus-1.0", "/usr/lib/polkit-1", "/usr/local/lib", "/usr/share"),
    *("/", "/boot", "/etc", "/dev/shm", "/opt", "/run", "/run/lock", "/srv", "/tmp", "/var", "/var/tmp"),  # noqa: S108 - these are looked at, nothing is put there
    *("/var/lib", "/var/www", "/var/www/html", "/usr/share/nginx/html"),
)
"""Looked into without their subdirectories; homes are added."""
HOOKS: tuple[tuple[HookKind, tuple[str, ...]], ...] = (
    ("preload", ("/etc/ld.so.preload",)),
    (
        "shell profile",
        (
            *("/etc/profile", "/etc/profile.d/*", "/etc/bash.bashrc", "/etc/bashrc", "/etc/bash.bash_logout"),
            *("/etc/zsh/*", "/etc/zshenv", "/etc/zshrc", "/etc/zprofile", "/etc/csh.cshrc", "/etc/csh.login"),
            *("/etc/environment", "/etc/ssh/sshrc"),
        ),
    ),
    ("pam stack", ("/etc/pam.conf", "/etc/pam.d/*")),
    (
        "python hook",
        tuple(
            f"{place}/{name}"
            for place in (
                *("/usr/lib/python3/dist-packages", "/usr/lib/python3.*/site-packages"),
                *("/usr/lib64/python3.*/site-packages", "/usr/local/lib/python3.*/dist-packages"),
                *("/usr/local/lib/python3.*/site-packages", "/usr/local/lib64/python3.*/site-packages"),
            )
            for name in ("*.pth", "sitecustomize.py", "usercustomize.py")
        ),
    ),
    (
        "start script",
        (
            *("/etc/rc.local", "/etc/rc.d/rc.local", "/etc/init.d/*", "/etc/rc.d/init.d/*", "/etc/update-motd.d/*"),
            *("/etc/network/if-*.d/*", "/etc/NetworkManager/dispatcher.d/*", "/etc/networkd-dispatcher/*.d/*"),
            *("/etc/udev/rules.d/*", "/etc/xdg/autostart/*"),
        ),
    ),
    (
        "periodic script",
        tuple(f"/etc/cron.{period}/*" for period in ("hourly", "daily", "weekly", "monthly", "yearly")),
    ),
    ("at job", ("/var/spool/cron/atjobs/*", "/var/spool/at/*")),
    (
        "unit drop-in",
        tuple(
            f"{place}/*.d/*.conf"
            for place in (
                *("/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"),
                *("/etc/systemd/system.control", "/run/systemd/system.control"),
            )
        ),
    ),
    ("user unit", ("/etc/systemd/user/*", "/usr/local/lib/systemd/user/*")),
    (
        "unit generator",
        tuple(
            f"{place}/system{kind}generators/*"
            for place in ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd")
            for kind in ("-", "-environment-")
        ),
    ),
    (
        "root certificate",
        (
            *("/usr/local/share/ca-certificates/*", "/usr/local/share/ca-certificates/*/*"),
            *("/etc/pki/ca-trust/source/anchors/*", "/etc/pki/trust/anchors/*"),
        ),
    ),
)
"""Files that match, links to files among them; directories that match are none."""
HOME_HOOKS: tuple[tuple[HookKind, tuple[str, ...]], ...] = (
    (
        "shell profile",
        (
            *(".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile"),
            *(".zshrc", ".zshenv", ".zprofile", ".zlogin", ".cshrc", ".login", ".pam_environment"),
            *(".ssh/rc", ".ssh/environment"),
        ),
    ),
    (
        "python hook",
        tuple(
            f".local/lib/python3.*/site-packages/{name}" for name in ("*.pth", "sitecustomize.py", "usercustomize.py")
        ),
    ),
    ("start script", (".config/autostart/*",)),
    ("user unit", (".config/systemd/user/*", ".config/systemd/user/*.d/*.conf", ".local/share/systemd/user/*")),
)
"""The same below the homes of accounts."""
LEFTOVERS = (
    *(".dpkg-new", ".dpkg-tmp", ".dpkg-dist", ".dpkg-old", ".ucf-new", ".ucf-dist", ".ucf-old"),
    *(".pam-new", ".pam-old", ".rpmnew", ".rpmsave", ".rpmorig", ".swp", "~"),
)
"""Names that package managers and editors give to copies for a while; nothing reads a hook of such a name."""
SKELETON = "/etc/skel"
_HOMES = ("/home/", "/root", "/srv/", "/opt/", "/var/lib/", "/var/home/", "/export/home/")
MOST_HOMES = 500


def homes(host: Host) -> Iterator[str]:
    """Homes of local accounts, each once, those that are some directory of the system left out."""
    paths = dict.fromkeys(entry.home.rstrip("/") for entry in parse_passwd("", host.lines("/etc/passwd")).entries)
    yield from [path for path in paths if path.startswith(_HOMES)][:MOST_HOMES]

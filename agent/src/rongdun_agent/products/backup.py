"""Backup of data: agents of backup systems, and tools that a schedule has to run."""

from rongdun_agent.products.known import Known, Regularly


def _tool(name: str, *commands: str, packages: tuple[str, ...] = (), timers: tuple[str, ...] = ()) -> Known:
    """A program that backs up when it is run."""
    return Known(
        name,
        ("backup",),
        packages=packages or (name,),
        programs=commands or (name,),
        regularly=Regularly(timers=timers, commands=commands or (name,)),
    )


def _dump(name: str, *commands: str) -> Known:
    """A program that comes with its database and backs up when a schedule runs it."""
    return Known(name, ("backup",), programs=commands, regularly=Regularly(commands=commands), only_when_scheduled=True)


KNOWN = (
    _dump("postgresql-dump", "pg_basebackup", "pg_dump", "pg_dumpall"),
    _dump("mysql-dump", "mysqldump", "mariadb-dump"),
    _dump("mongodb-dump", "mongodump"),
    Known(
        "bacula",
        ("backup",),
        packages=("bacula-fd", "bacula-client"),
        programs=("bacula-fd",),
        processes=("bacula-fd",),
        units=("bacula-fd.service",),
    ),
    Known(
        "bareos",
        ("backup",),
        packages=("bareos-filedaemon",),
        programs=("bareos-fd",),
        processes=("bareos-fd",),
        units=("bareos-fd.service", "bareos-filedaemon.service"),
    ),
    _tool("borg", "borg", "borgmatic", packages=("borgbackup", "borgmatic"), timers=("borgmatic.timer",)),
    _tool("restic", "restic", "resticprofile"),
    _tool("rsnapshot"),
    _tool("duplicity"),
    _tool("rdiff-backup"),
    _tool("burp", packages=("burp", "burp-client")),
    _tool("pgbackrest"),
    _tool("barman", packages=("barman", "barman-cli")),
    _tool("xtrabackup", "xtrabackup", packages=("percona-xtrabackup-24", "percona-xtrabackup-80")),
    _tool("mariabackup", "mariabackup", "mariadb-backup", packages=("mariadb-backup", "MariaDB-backup")),
    _tool("proxmox-backup-client"),
    Known(
        "veeam",
        ("backup",),
        packages=("veeam",),
        processes=("veeamservice",),
        units=("veeamservice.service",),
    ),
    Known(
        "netbackup",
        ("backup",),
        paths=("/usr/openv/netbackup/bin",),
        processes=("bpcd", "vnetd", "nbdisco"),
    ),
    Known(
        "networker",
        ("backup",),
        packages=("lgtoclnt",),
        programs=("nsrexecd",),
        processes=("nsrexecd",),
        units=("networker.service",),
    ),
    Known(
        "commvault",
        ("backup",),
        paths=("/opt/commvault/Base", "/opt/simpana/Base"),
        processes=("cvd", "cvlaunchd"),
    ),
    Known(
        "spectrum-protect",
        ("backup",),
        paths=("/opt/tivoli/tsm/client",),
        processes=("dsmcad",),
        units=("dsmcad.service",),
    ),
    Known(
        "urbackup",
        ("backup",),
        programs=("urbackupclientbackend",),
        processes=("urbackupclientbackend",),
        units=("urbackupclientbackend.service",),
    ),
    Known(
        "anybackup",  # 爱数: unverified
        ("backup",),
        paths=("/usr/local/AnyBackupClient", "/usr/local/AnyBackup", "/opt/AnyBackup"),
    ),
    Known(
        "scutech-dbackup",  # 鼎甲迪备: unverified
        ("backup",),
        packages=("dbackup3-agent",),
        paths=("/opt/scutech/dbackup3",),
        processes=("dbackup3-agent",),
        units=("dbackup3-agent.service",),
    ),
)

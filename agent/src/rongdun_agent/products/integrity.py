"""Tools that notice changed files."""

from rongdun_agent.products.known import Known, Regularly

KNOWN = (
    Known(
        "aide",
        ("file-integrity",),
        packages=("aide", "aide-dynamic", "aide-xen"),
        programs=("aide",),
        data=("/var/lib/aide/aide.db", "/var/lib/aide/aide.db.gz"),
        regularly=Regularly(
            timers=("dailyaidecheck.timer", "aidecheck.timer", "aide-check.timer"),
            scripts=("aide",),
            commands=("aide", "aide.wrapper", "dailyaidecheck"),
        ),
    ),
    Known(
        "tripwire",
        ("file-integrity",),
        packages=("tripwire",),
        programs=("tripwire",),
        data=("/var/lib/tripwire/*.twd",),
        regularly=Regularly(scripts=("tripwire", "tripwire-check"), commands=("tripwire",)),
    ),
    Known(
        "integrit",
        ("file-integrity",),
        packages=("integrit",),
        programs=("integrit",),
        regularly=Regularly(scripts=("integrit",), commands=("integrit",)),
    ),
)

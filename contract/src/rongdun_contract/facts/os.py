"""The operating system: who made it, which release, and how its configuration is laid out."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Os(FactModel):
    """os-release(5) and what files, not names, say of the layout."""

    id: str | None = None
    id_like: tuple[str, ...] = ()
    version_id: str | None = None
    pretty_name: str | None = None
    architecture: Maybe[str | None] = None
    package_manager: Literal["dpkg", "rpm"] | None = None
    pam_layout: Literal["debian", "redhat"] | None = None
    """`debian`: common-auth and friends; `redhat`: system-auth and password-auth."""
    init: Maybe[str | None] = None
    """`systemd`, or the name of what runs as process 1."""
    container: Maybe[bool] = False
    """Whether the system runs in a container, where the kernel belongs to another host."""
    crypto_policy: Maybe[str | None] = None
    """The system-wide policy of Red Hat's family in force, with its modules (`DEFAULT:SHA1`); absent elsewhere."""
    time_zone: str | None = None

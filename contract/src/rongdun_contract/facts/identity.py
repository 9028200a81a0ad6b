"""What tells this host from every other one: unique by nature, so it shares no section with policy."""

from rongdun_contract.facts.model import FactModel, Maybe


class HostKey(FactModel):
    """A public SSH host key: its algorithm (`ssh-ed25519`), size and SHA-256 fingerprint as ssh-keygen(1) prints it."""

    algorithm: str
    bits: int | None = None
    fingerprint: str


class Identity(FactModel):
    """Names and numbers by which a host is recognised again."""

    hostname: str | None = None
    machine_id: Maybe[str | None] = None
    dmi_uuid: Maybe[str | None] = None
    serial: Maybe[str | None] = None
    ssh_host_keys: Maybe[tuple[HostKey, ...]] = ()

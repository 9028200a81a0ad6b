"""What the PAM stacks really demand, per service, and the settings that feed them."""

from rongdun_contract.facts.model import FactModel, Maybe


class Lockout(FactModel):
    """pam_faillock(8) or pam_tally2(8) where all parts that it needs are reached; options win over faillock.conf(5)."""

    module: str
    deny: Maybe[int]
    fail_interval_s: Maybe[int | None] = None
    unlock_time_s: Maybe[int | None] = None
    """0 and `never` both mean: an administrator unlocks."""
    root_included: Maybe[bool] = False
    root_unlock_time_s: Maybe[int | None] = None
    audit: bool = False


class Quality(FactModel):
    """pam_pwquality(8), pam_cracklib(8) or pam_passwdqc(8), over pwquality.conf(5) and its directory."""

    module: str
    minimum_length: Maybe[int | None] = None
    """After credits: the shortest password that can pass."""
    minimum_classes: Maybe[int | None] = None
    """Kinds of characters that every accepted password has (minclass, or negative credits)."""
    difference: int | None = None
    maximum_repeat: int | None = None
    maximum_sequence: int | None = None
    dictionary_check: Maybe[bool] = False
    user_name_check: Maybe[bool] = False
    enforced_for_root: bool = False
    enforcing: bool = True
    retries: int | None = None


class Stack(FactModel):
    """One service's effective stack: what must hold for authentication to succeed and for a password to be changed."""

    exists: bool = True
    lockout: Maybe[Lockout | None] = None
    quality: Maybe[Quality | None] = None
    history: Maybe[int | None] = None
    """How many old passwords are refused: pam_pwhistory(8) or pam_unix's `remember`."""
    history_enforced_for_root: bool = False
    empty_password_accepted: Maybe[bool] = False
    password_hash: Maybe[str | None] = None
    """Algorithm that pam_unix writes new passwords with."""
    second_factor: Maybe[tuple[str, ...]] = ()
    """Modules of a second factor that cannot be skipped."""
    wheel_only: Maybe[bool] = False
    """su: only members of a group may try (pam_wheel(8), required)."""
    open_to_all: Maybe[bool] = False
    """Authentication succeeds without any proof (pam_permit reached as sufficient)."""
    undecided_lines: tuple[str, ...] = ()
    """`module in path` of the lines because of which something above is unknown; their sources tell the numbers."""


class Pam(FactModel):
    """Stacks by service name (`sshd`, `login`, `su`, `sudo`, `passwd`, `gdm-password`, ...)."""

    installed: bool = False
    stacks: dict[str, Stack] = {}

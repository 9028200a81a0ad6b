"""Defaults for new accounts and new passwords: login.defs(5), useradd(8), and the shell's session limits."""

from rongdun_contract.facts.model import FactModel, Maybe


class LoginDefs(FactModel):
    """Effective numbers; absent where the file does not set them and shadow's own default is "no limit"."""

    maximum_days: int | None = None
    minimum_days: int | None = None
    warning_days: int | None = None
    minimum_length: int | None = None
    encrypt_method: str | None = None
    umask: str | None = None
    uid_min: int | None = None
    login_retries: int | None = None
    login_timeout_s: int | None = None
    fail_delay_s: int | None = None
    always_set_path: bool | None = None


class ShellSession(FactModel):
    """What a new login shell ends up with; a profile that decides at run time leaves the value unknown."""

    timeout_s: Maybe[int | None] = None
    """TMOUT in bash after /etc/profile, profile.d, bashrc; absent: never times out."""
    timeout_readonly: Maybe[bool] = False
    umask: Maybe[str | None] = None
    """Four octal digits, after login.defs, pam_umask(8) and the profiles."""
    history_size: Maybe[str | None] = None
    history_time_format: Maybe[bool] = False
    library_path_set: Maybe[bool] = False


class PasswordPolicy(FactModel):
    """Settings that new accounts, new passwords and new sessions get."""

    login_defs: LoginDefs = LoginDefs()
    useradd_inactive_days: int | None = None
    useradd_expires: str | None = None
    session: Maybe[ShellSession] = ShellSession()
    core_dumps_limited: Maybe[bool] = False
    """A hard `core 0` for everyone in limits.conf(5) or its directory."""
    ld_so_preload: Maybe[tuple[str, ...]] = ()
    root_path_open: Maybe[tuple[str, ...]] = ()
    """Directories of `root_path` into which others than root could put a program."""
    root_path: Maybe[tuple[str, ...]] = ()

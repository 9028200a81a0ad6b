"""Local accounts and groups, with the state of each password but never the hash."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe, Mode

PasswordState = Literal["usable", "empty", "locked", "disabled", "unshadowed"]


class Password(FactModel):
    """The shadow(5) entry: `locked` has `!` before a hash, `disabled` has no hash that any password fits.

    `empty` lets anyone in who may use PAM's nullok; `unshadowed` is a hash that stands in passwd(5) itself, for all to
    read. Days are as shadow(5) gives them, negative ones absent; `changed_on` and `expires_on` are dates.
    `must_change`: the day of the last change is 0, so the next login asks for a new password.
    """

    state: PasswordState
    algorithm: str | None = None
    """`yescrypt`, `gost-yescrypt`, `sha512`, `sha256`, `sm3`, `bcrypt`, `md5`, `des`, or `other`."""
    changed_on: str | None = None
    must_change: bool = False
    minimum_days: int | None = None
    maximum_days: int | None = None
    warning_days: int | None = None
    inactive_days: int | None = None
    expires_on: str | None = None


class AuthorizedKey(FactModel):
    """A key in an authorized_keys file: fingerprint, never the key; `options` are names only (`from`, `command`)."""

    algorithm: str
    bits: int | None = None
    fingerprint: str
    comment: str | None = None
    options: tuple[str, ...] = ()
    file: str


class PrivateKey(FactModel):
    """A private key in PEM in `~/.ssh`; `protected`: besides the file a passphrase, or a hardware token, is needed."""

    path: str
    protected: bool
    mode: Mode
    owner_matches: bool
    """It belongs to the account or to root."""


class Home(FactModel):
    """What stands at an account's home directory."""

    exists: bool
    owner_matches: bool | None = None
    mode: Mode | None = None
    ssh_directory_mode: Maybe[Mode | None] = None
    authorized_keys_mode: Maybe[Mode | None] = None
    """The widest of the authorized_keys files in the home directory."""
    ssh_owner_matches: Maybe[bool | None] = None
    """`.ssh` and the authorized_keys files in it belong to the account or to root; absent where there is none."""
    trust_files: Maybe[tuple[str, ...]] = ()
    """Names among `.rhosts`, `.shosts`, `.netrc`, `.forward` that are there."""


class Account(FactModel):
    """A line of passwd(5) joined with its shadow(5) line."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    kind: Literal["root", "system", "regular"]
    """By UID_MIN of login.defs(5); UID 0 is `root` whatever its name, `nobody` is `system`."""
    login_shell: bool
    """The shell lets someone in (neither nologin nor false nor a program like sync)."""
    password: Maybe[Password | None] = None
    """Absent when passwd(5) points to a shadow(5) line that does not exist: no password fits then."""
    groups: tuple[str, ...] = ()
    authorized_keys: Maybe[tuple[AuthorizedKey, ...]] = ()
    private_keys: Maybe[tuple[PrivateKey, ...]] = ()
    home_directory: Maybe[Home | None] = None


class Group(FactModel):
    """A line of group(5); `members` include accounts whose primary group it is, by name."""

    name: str
    gid: int
    members: tuple[str, ...] = ()


class Login(FactModel):
    """One key that lets in as one account: the same as under `users`, in rows that two surveys can be compared by."""

    user: str
    fingerprint: str
    file: str
    restricted: bool = False
    """Its options bind it to a command or to addresses, so losing them gives more."""


class Membership(FactModel):
    """One account in one group, its primary one included."""

    user: str
    group: str
    gid: int


class Accounts(FactModel):
    """Everyone whom the local files know; who is known elsewhere is said by `directory_services`."""

    users: tuple[Account, ...] = ()
    groups: tuple[Group, ...] = ()
    logins: tuple[Maybe[Login], ...] = ()
    """Keys of all accounts; an account whose keys could not be read has an unknown row."""
    memberships: tuple[Membership, ...] = ()
    duplicate_names: tuple[str, ...] = ()
    duplicate_uids: tuple[int, ...] = ()
    duplicate_group_names: tuple[str, ...] = ()
    duplicate_gids: tuple[int, ...] = ()
    missing_primary_gids: tuple[int, ...] = ()
    nis_lines: tuple[str, ...] = ()
    """Files (`/etc/passwd`) that hold a `+` or `-` line."""
    malformed_lines: tuple[str, ...] = ()
    """`path: name` of lines that are no proper entry (wrong number of fields, no number where one belongs)."""
    directory_services: tuple[str, ...] = ()
    """Sources besides files that nsswitch.conf(5) names for passwd: `sss`, `ldap`, `winbind`, ..."""

"""Passwords that anybody would guess, told by trying: which accounts have one, never which one it is."""

from collections.abc import Iterator

from rongdun_agent.guesses.asked import Asked
from rongdun_agent.guesses.everybodys import COMMON
from rongdun_agent.guesses.patterns import made_of
from rongdun_agent.host import Answer, Host
from rongdun_agent.local_accounts.hashes import classify
from rongdun_agent.local_accounts.lines import first_of_each_name, parse_passwd, parse_shadow
from rongdun_agent.local_accounts.passwords import needs_shadow
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.weak_passwords import TriedAccount, WeakPasswords

PASSWD, SHADOW = "/etc/passwd", "/etc/shadow"
_HOST_NAME = "/etc/hostname"
_TOLD: dict[Answer, Maybe[bool]] = {
    "guessed": True,
    "not guessed": False,
    "cannot": Unknown(unknown="undecided"),
    "too long": Unknown(unknown="not probed"),
}


def probe(host: Host, asked: Asked) -> Probed:
    """Try what was asked on every account that a password lets in; without root's rights nobody can be told about."""
    fields = dict(_fields(host))
    by_hash: dict[str, list[str]] = {}
    for name, (field, _) in fields.items():
        if field:
            by_hash.setdefault(field, []).append(name)
    shared = _shared_words(host, asked)
    answers = host.guess({hashed: _words(names, shared, asked) for hashed, names in by_hash.items()}, asked.seconds)
    accounts, sources = [], {}
    for at, (name, (field, where)) in enumerate(sorted(fields.items())):
        guessable = _TOLD[answers[field]] if field else True
        shares = len(by_hash.get(field, ())) > 1
        accounts.append(TriedAccount(name=name, guessable=guessable, shares_hash=shares))
        sources[f"accounts[{at}]"] = Source(where=where)
    return Probed(WeakPasswords(accounts=tuple(accounts)), sources)


def _fields(host: Host) -> Iterator[tuple[str, tuple[str, str]]]:
    """By account the hash that a password has to fit, empty where none is needed, and where it stands."""
    shadow = first_of_each_name(parse_shadow(SHADOW, host.lines(SHADOW)).entries)
    for name, entry in first_of_each_name(parse_passwd(PASSWD, host.lines(PASSWD)).entries).items():
        field, where = entry.password, entry.where
        if needs_shadow(entry):
            line = shadow.get(name)
            if line is None:
                continue
            field, where = line.hash, line.where
        if classify(field).state in {"usable", "empty"}:
            yield name, (field, where)


def _shared_words(host: Host, asked: Asked) -> list[str]:
    """What is tried on every account: what the organisation knows of itself, then what everybody tries."""
    names = (*asked.organisation, (host.read_text(_HOST_NAME) or "").strip().partition(".")[0])
    return [*(word for name in names for word in made_of(name, asked.year)), *COMMON, *asked.words]


def _words(accounts: list[str], shared: list[str], asked: Asked) -> Iterator[str]:
    """The likeliest first: nothing at all, what is made of the account's own name, what is tried on every account."""
    yield ""
    for account in accounts:
        yield from made_of(account, asked.year)
    yield from shared

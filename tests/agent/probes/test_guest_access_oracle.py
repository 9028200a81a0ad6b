"""Samba's own testparm says which shares are open to guests; many ways to write it, one answer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import guest_access
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.guest_access import GuestAccess
from tests.lab.covered import lay_out, run_covered
from tests.lab.missing import need_root
from tests.lab.roots import Root

CASES = {
    "closed": "[docs]\npath = /srv\n",
    "open": "[docs]\npath = /srv\nguest ok = yes\n",
    "letter case": "[Docs]\n  Guest OK = TRUE\n",
    "no blank in the name": "[docs]\nguestok=1\n",
    "many blanks in the name": "[docs]\ngu est   ok = on\n",
    "its other name": "[docs]\npublic = yes\n",
    "taken back": "[docs]\nguest ok = yes\nguest ok = no\n",
    "taken back by its other name": "[docs]\nguest ok = yes\npublic = no\n",
    "a section twice": "[docs]\nguest ok = yes\n[docs]\nguest ok = no\n",
    "a section twice, in other letters": "[docs]\nguest ok = no\n[DOCS]\nguest ok = yes\n",
    "for all": "[global]\nguest ok = yes\n[docs]\npath = /srv\n[own]\nguest ok = no\n",
    "for all that follow": "[docs]\npath = /srv\n[global]\nguest ok = yes\n[own]\npath = /srv\n",
    "comments": "[docs]\n; guest ok = yes\n# guest ok = yes\n",
    "no comment at the end of a line": "[docs]\nguest ok = yes ; really\n",
    "over two lines": "[docs]\nguest \\\nok = yes\n",
    "a comment over two lines": "[docs]\n# one \\\nguest ok = yes\n",
    "in quotes": '[docs]\nguest ok = "yes"\n',
    "no value": "[docs]\nguest ok =\n",
    "a word that is neither": "[docs]\nguest ok = perhaps\n",
    "homes": "[homes]\nguest ok = yes\n[printers]\nprintable = yes\n",
    "CRLF": "[docs]\r\nguest ok = yes\r\n",
    "blanks in a share's name": "[my docs]\npublic = yes\n",
}
REFUSED = "refused"
SCRIPT = f"testparm -s /etc/samba/smb.conf 2>/dev/null || echo {REFUSED}\n"


@pytest.fixture(scope="session")
def samba_root(debian_root: Callable[..., Root]) -> Root:
    need_root("a root is covered by a mount")
    return debian_root("bookworm", "samba-common-bin")


def theirs(said: str) -> set[str]:
    """Shares that testparm prints with `guest ok = Yes`; what [global] says for all is printed there alone."""
    section, default, shares = "", False, dict[str, bool | None]()
    for line in map(str.strip, said.splitlines()):
        if line.startswith("["):
            section = line[1:-1].lower()
            shares[section] = None
        elif line.startswith("guest ok ="):
            shares[section] = line.endswith("Yes")
    default = bool(shares.pop("global", False))
    return {name for name, answer in shares.items() if (default if answer is None else answer)}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in CASES.items()])
def test_open_shares_are_those_of_testparm(samba_root: Root, tmp_path: Path, text: str) -> None:
    files = lay_out(tmp_path / "host", {"/etc/samba/smb.conf": text, "/usr/sbin/smbd": ""})
    facts = guest_access.probe(Host(root=files)).facts
    assert isinstance(facts, GuestAccess)
    said = run_covered(samba_root, files, SCRIPT)
    if REFUSED in said:
        assert facts.guest_shares == Unknown(unknown="undecided"), said
    else:
        assert isinstance(facts.guest_shares, tuple), said
        assert set(facts.guest_shares) == theirs(said), said

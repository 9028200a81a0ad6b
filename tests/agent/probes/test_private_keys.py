"""Whether a stolen key file is enough is what ssh-keygen says when it is given no passphrase."""

import subprocess
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import accounts
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.accounts import Accounts, PrivateKey
from tests.agent.conftest import MakeHost
from tests.lab.missing import need_program
from tests.lab.rights import without_overrides

PASSWD = {"/etc/passwd": "root:x:0:0::/root:/bin/sh\nli:x:1000:1000::/home/li:/bin/sh\n"}


def keys_of(host: Host) -> tuple[PrivateKey, ...] | Unknown:
    facts = accounts.probe(host).facts
    assert isinstance(facts, Accounts)
    return facts.users[-1].private_keys


def opens_without(path: Path) -> bool:
    """Whether ssh-keygen reads the private half with an empty passphrase."""
    asked = subprocess.run(["ssh-keygen", "-y", "-P", "", "-f", path], check=False, capture_output=True)
    return asked.returncode == 0


@pytest.mark.parametrize("form", ["RFC4716", "PEM", "PKCS8"])
@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
@pytest.mark.parametrize("passphrase", ["", "longer than five"])
def test_a_passphrase_is_seen_as_ssh_keygen_sees_it(
    make_host: MakeHost, tmp_path: Path, kind: str, form: str, passphrase: str
) -> None:
    need_program("ssh-keygen", "openssh-client")
    file = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-m", form, "-N", passphrase, "-C", "x", "-f", file], check=True)
    host = make_host(PASSWD | {"/home/li/.ssh/id": {"content": file.read_text("ascii"), "mode": "0600"}})
    (found,) = keys_of(host)  # type: ignore[misc]  # it is no Unknown, or this fails
    assert found.protected is not opens_without(file)
    assert (found.path, found.mode) == ("/home/li/.ssh/id", 0o600)


def test_what_is_no_private_key_is_left_out(make_host: MakeHost) -> None:
    files = {
        "/home/li/.ssh/id.pub": "-----BEGIN PRIVATE KEY-----\n",
        "/home/li/.ssh/authorized_keys": "-----BEGIN PRIVATE KEY-----\n",
        "/home/li/.ssh/notes": "nothing\n",
        "/home/li/.ssh/cert.pem": "-----BEGIN CERTIFICATE-----\n",
        "/home/li/.ssh/sub/id": "-----BEGIN PRIVATE KEY-----\n",
    }
    assert keys_of(make_host(PASSWD | files)) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("-----BEGIN OPENSSH PRIVATE KEY-----\n!!!\n-----END OPENSSH PRIVATE KEY-----\n", id="no base64"),
        pytest.param("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n", id="cut short"),
        pytest.param("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", id="another format"),
    ],
)
def test_what_cannot_be_read_is_never_called_protected(make_host: MakeHost, text: str) -> None:
    (found,) = keys_of(make_host(PASSWD | {"/home/li/.ssh/id": text}))  # type: ignore[misc]  # the same
    assert found.protected is False


def test_a_closed_directory_is_not_an_empty_one(make_host: MakeHost) -> None:
    with without_overrides():
        host = make_host(PASSWD | {"/home/li/.ssh": {"dir": True, "mode": "0000"}})
        assert keys_of(host) == Unknown(unknown="no permission")


def test_nothing_of_the_key_is_told(make_host: MakeHost, tmp_path: Path) -> None:
    need_program("ssh-keygen", "openssh-client")
    file = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", file], check=True)
    text = file.read_text("ascii")
    told = str(accounts.probe(make_host(PASSWD | {"/home/li/.ssh/id": text})).facts.model_dump())
    assert not any(line in told for line in text.splitlines()[1:-1])

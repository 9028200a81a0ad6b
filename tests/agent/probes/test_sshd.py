"""The sshd section: what is in it besides the settings, where everything came from, and what is not guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.probes.sshd import probe
from rongdun_contract.documents import Source, seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.sshd import Context, MaxStartups, RekeyLimit
from tests.agent.conftest import MakeHost
from tests.lab.roots import SUITES, Root, Suite

MAIN = "/etc/ssh/sshd_config"
DEBIAN = {"/usr/sbin/sshd": b"\x7fELF\0OpenSSH_9.2\0OpenSSH_9.2p1 Debian-2+deb12u6\0OpenSSH_3.*\0"}
RED_HAT = {"/usr/sbin/sshd": b"\x7fELF\0OpenSSH_8.0p1\0", "/etc/os-release": "ID=rhel\n"}
UNIT = """[Unit]
Description=OpenBSD Secure Shell server

[Service]
EnvironmentFile=-/etc/default/ssh
ExecStartPre=/usr/sbin/sshd -t
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS
"""
SERVICE = "/lib/systemd/system/ssh.service"
SOCKET = "/lib/systemd/system/ssh.socket"
UNDECIDED = Unknown(unknown="undecided")


def base(probed: Probed) -> Context:
    """Return what connections get that satisfy no condition."""
    contexts = probed.facts.contexts
    assert not isinstance(contexts, Unknown), probed.facts.problems
    assert contexts[0].name == "base"
    return contexts[0]


def root_login(probed: Probed) -> tuple[object, Source]:
    """Return the setting that everyone asks about first, and its source."""
    return base(probed).permit_root_login, probed.sources["contexts[0].permit_root_login"]


def test_without_the_program_nothing_is_installed(make_host: MakeHost) -> None:
    """A removed package leaves its configuration behind."""
    probed = probe(make_host({MAIN: "PermitRootLogin yes\n"}))
    assert not probed.facts.installed
    assert probed.facts.contexts == ()


def test_a_drop_in_wins_and_says_what_it_overrides(make_host: MakeHost) -> None:
    """The operator who reads the finding has to find the line that counts, and the one that does not."""
    host = make_host(
        {
            **DEBIAN,
            MAIN: "Include /etc/ssh/sshd_config.d/*.conf\n\nPermitRootLogin no\n",
            "/etc/ssh/sshd_config.d/50-cloud.conf": "PermitRootLogin yes\n",
        }
    )
    probed = probe(host)
    source = Source(where="/etc/ssh/sshd_config.d/50-cloud.conf:1", overrides=(f"{MAIN}:3",))
    assert root_login(probed) == ("yes", source)
    assert probed.facts.files == (MAIN, "/etc/ssh/sshd_config.d/50-cloud.conf")


def test_a_default_is_called_the_default_of_its_release(make_host: MakeHost) -> None:
    probed = probe(make_host({**DEBIAN, MAIN: ""}))
    assert probed.facts.version == "9.2p1"
    assert probed.facts.build == "Debian-2+deb12u6"
    assert base(probed).password_authentication == "yes"
    assert probed.sources["contexts[0]"] == Source(where="default of OpenSSH 9.2p1")
    assert "contexts[0].password_authentication" not in probed.sources


def test_values_have_the_types_that_rules_compare(make_host: MakeHost) -> None:
    lines = (
        "MaxStartups 5:50:20",
        "RekeyLimit 1G 1h",
        "ClientAliveInterval 5m",
        "Ciphers aes256-ctr,aes128-ctr",
        "Subsystem sftp internal-sftp -f AUTH",
        "StreamLocalBindMask 0077",
        "AllowUsers alice bob",
        "Port 2222",
    )
    facts = base(probe(make_host({**DEBIAN, MAIN: "\n".join(lines)})))
    assert facts.max_startups == MaxStartups(begin=5, rate=50, full=20)
    assert facts.rekey_limit == RekeyLimit(data_bytes=1 << 30, interval_s=3600)
    assert facts.client_alive_interval == 300
    assert facts.ciphers == ("aes256-ctr", "aes128-ctr")
    assert facts.subsystem == {"sftp": "internal-sftp -f AUTH"}
    assert facts.stream_local_bind_mask == 0o077
    assert facts.allow_users == ("alice", "bob")
    assert facts.port == (2222,)
    assert facts.listen_address == ("[::]:2222", "0.0.0.0:2222")


def test_secrets_on_the_command_lines_of_a_configuration_are_hidden(make_host: MakeHost) -> None:
    """A directory's password often stands where keys are looked up; facts are shown to whoever may see the host."""
    lines = "AuthorizedKeysCommand /usr/bin/keys --password=s3cret %u\nAuthorizedKeysCommandUser nobody\n"
    found = base(
        probe(make_host({**DEBIAN, MAIN: f"{lines}ForceCommand /bin/run --token s3cret\nSetEnv API_KEY=s3cret\n"}))
    )
    assert found.set_env == ("API_KEY=***",)
    assert found.authorized_keys_command == "/usr/bin/keys --password=*** %u"
    assert found.force_command == "/bin/run --token ***"


def test_each_kind_of_connection_is_a_context(make_host: MakeHost) -> None:
    """One block that lets root in is enough to fail; it must not hide behind the globals."""
    lines = (
        "PermitRootLogin no",
        "Match User alice",
        "  PermitRootLogin prohibit-password",
        "Match Address 10.0.0.0/8",
        "  PermitRootLogin yes",
        "Match User bob Address 10.0.0.0/8",
        "  X11Forwarding yes",
    )
    probed = probe(make_host({**DEBIAN, MAIN: "\n".join(lines)}))
    found = {context.name: context.permit_root_login for context in probed.facts.contexts}
    assert found == {
        "base": "no",
        "Match User alice": "without-password",
        "Match Address 10.0.0.0/8": "yes",
        "Match User alice + Match Address 10.0.0.0/8": "without-password",
        "Match Address 10.0.0.0/8 + Match User bob Address 10.0.0.0/8": "yes",
    }
    assert probed.facts.contexts[1].criteria == ("User alice",)
    assert probed.sources["contexts[2].permit_root_login"] == Source(where=f"{MAIN}:5", overrides=(f"{MAIN}:1",))


def test_too_many_kinds_of_connections_are_unknown(make_host: MakeHost) -> None:
    """Seven groups can be combined in 128 ways; nobody reads that, and guessing which matter would be worse."""
    blocks = "\n".join(f"Match Group g{number}\n  X11Forwarding yes" for number in range(7))
    probed = probe(make_host({**DEBIAN, MAIN: blocks}))
    assert probed.facts.valid is True
    assert probed.facts.contexts == UNDECIDED


def test_a_configuration_that_would_be_refused(make_host: MakeHost) -> None:
    """The daemon that runs was started before; what the next start would bring is: no daemon."""
    probed = probe(make_host({**DEBIAN, MAIN: "PermitRootLogin no\nNonsense yes\nPermitRootLogin\n"}))
    assert probed.facts.valid is False
    assert [problem.partition(": ")[0] for problem in probed.facts.problems] == [f"{MAIN}:2", f"{MAIN}:3"]
    assert probed.facts.contexts == UNDECIDED
    assert probed.facts.listening == UNDECIDED


def test_a_missing_configuration_is_one_that_would_be_refused(make_host: MakeHost) -> None:
    probed = probe(make_host(DEBIAN))
    assert probed.facts.installed
    assert probed.facts.valid is False
    assert probed.facts.problems == (f"{MAIN}: no such file",)


@pytest.mark.parametrize("closed", [MAIN, "/etc/ssh/sshd_config.d/x.conf"])
def test_what_may_not_be_read_is_never_absent(closed: str, shared_path, as_nobody: Callable) -> None:
    """Red Hat keeps sshd_config at 0600: without rights the whole section is unavailable."""
    files = {"/usr/sbin/sshd": "OpenSSH_9.2p1 Debian-2\n", MAIN: "Include sshd_config.d/*\n"}
    for path, text in {**files, "/etc/ssh/sshd_config.d/x.conf": "PermitRootLogin no\n"}.items():
        place = shared_path / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    (shared_path / closed.lstrip("/")).chmod(0o000)

    def refused() -> str | None:
        try:
            probe(Host(shared_path))
        except Refused as refusal:
            return refusal.path
        return None

    assert as_nobody(refused) == closed


def test_a_comment_changes_no_fact(make_host: MakeHost) -> None:
    """A section that looks changed is sent, stored and judged again."""
    before = probe(make_host({**DEBIAN, MAIN: "PermitRootLogin no\n"}))
    after = probe(make_host({**DEBIAN, MAIN: "# why\nPermitRootLogin no # so\n"}))
    one, other = (seal("sshd", probed.facts, probed.sources) for probed in (before, after))
    assert one.facts_digest == other.facts_digest
    assert one.sources_digest != other.sources_digest


def test_an_option_of_the_service_beats_the_file(make_host: MakeHost) -> None:
    unit = UNIT.replace("-D $SSHD_OPTS", "-D -o PermitRootLogin=yes")
    probed = probe(make_host({**DEBIAN, MAIN: "PermitRootLogin no\n", SERVICE: unit}))
    assert root_login(probed) == ("yes", Source(where=f"{SERVICE}:7", overrides=(f"{MAIN}:1",)))
    assert probed.facts.activation == "service"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SSHD_OPTS=-oPermitRootLogin=yes\n", "yes"),
        ('SSHD_OPTS="-4 -o PermitRootLogin=yes"\n', "yes"),
        ("SSHD_OPTS='-o \"PermitRootLogin yes\"'\n", "yes"),
        ("# SSHD_OPTS=-oPermitRootLogin=yes\nSSHD_OPTS=\n", "no"),
        ("export SSHD_OPTS=-oPermitRootLogin=yes # for now\n", "yes"),
        ("OTHER=-oPermitRootLogin=yes\n", "no"),
    ],
)
def test_options_in_the_environment_of_the_service(text: str, expected: str, make_host: MakeHost) -> None:
    host = make_host({**DEBIAN, MAIN: "PermitRootLogin no\n", SERVICE: UNIT, "/etc/default/ssh": text})
    value, source = root_login(probe(host))
    assert value == expected
    if expected == "yes":
        assert source == Source(where="/etc/default/ssh:1", overrides=(f"{MAIN}:1",))


def test_a_drop_in_replaces_the_command_line(make_host: MakeHost) -> None:
    """ExecStart= is a list: only an empty assignment takes the packaged one away."""
    drop_in = "/etc/systemd/system/ssh.service.d/local.conf"
    host = make_host(
        {
            **DEBIAN,
            MAIN: "PermitRootLogin no\n",
            "/etc/ssh/other": "PermitRootLogin yes\n",
            SERVICE: UNIT,
            drop_in: "[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/other -p 2200\n",
        }
    )
    probed = probe(host)
    assert root_login(probed) == ("yes", Source(where="/etc/ssh/other:1"))
    assert base(probed).port == (2200,)
    assert probed.sources["contexts[0].port"] == Source(where=f"{drop_in}:3")


def test_without_a_unit_the_init_script_reads_the_options(make_host: MakeHost) -> None:
    host = make_host(
        {
            **DEBIAN,
            MAIN: "PermitRootLogin no\n",
            "/etc/init.d/ssh": "#!/bin/sh\n",
            "/etc/default/ssh": 'SSHD_OPTS="-o PermitRootLogin=yes"\n',
        }
    )
    assert root_login(probe(host))[0] == "yes"


def test_a_crypto_policy_reaches_the_daemon_by_its_command_line(make_host: MakeHost) -> None:
    """Red Hat 8 hands the policy over as options; without that file the lists would be unknown."""
    policy = "/etc/crypto-policies/back-ends/opensshserver.config"
    unit = UNIT.replace("EnvironmentFile=-/etc/default/ssh", f"EnvironmentFile=-{policy}")
    host = make_host(
        {
            **RED_HAT,
            MAIN: "",
            "/usr/lib/systemd/system/sshd.service": unit.replace("$SSHD_OPTS", "$OPTIONS $CRYPTO_POLICY"),
            policy: "CRYPTO_POLICY='-oCiphers=aes256-gcm@openssh.com,aes256-ctr -oMACs=hmac-sha2-256'\n",
        }
    )
    probed = probe(host)
    assert base(probed).ciphers == ("aes256-gcm@openssh.com", "aes256-ctr")
    assert probed.sources["contexts[0].ciphers"] == Source(where=f"{policy}:1")
    assert base(probed).kex_algorithms == UNDECIDED


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ("[::]:22", "0.0.0.0:22")),
        (
            {"/etc/systemd/system/ssh.socket.d/p.conf": "[Socket]\nListenStream=\nListenStream=10.0.0.1:2222\n"},
            ("10.0.0.1:2222",),
        ),
        (
            {"/etc/systemd/system/ssh.socket.d/p.conf": "[Socket]\nListenStream=2222\n"},
            ("[::]:22", "0.0.0.0:22", "[::]:2222", "0.0.0.0:2222"),
        ),
    ],
    ids=["as packaged", "a drop-in replaces", "a drop-in adds"],
)
def test_a_socket_unit_decides_where_it_listens(files: dict, expected: tuple, make_host: MakeHost) -> None:
    """`Port` in sshd_config is then without effect, and a rule about ports must not believe it."""
    host = make_host(
        {
            **DEBIAN,
            MAIN: "Port 4444\n",
            SERVICE: UNIT,
            SOCKET: "[Socket]\nListenStream=22\nAccept=no\n[Install]\nWantedBy=sockets.target\n",
            "/etc/systemd/system/sockets.target.wants/ssh.socket": {"symlink": SOCKET},
            **files,
        }
    )
    probed = probe(host)
    assert probed.facts.activation == "socket"
    assert probed.facts.listening == expected
    assert base(probed).port == (4444,)


def test_a_socket_that_nobody_enabled_does_not_count(make_host: MakeHost) -> None:
    socket = "[Socket]\nListenStream=22\n[Install]\nWantedBy=sockets.target\n"
    probed = probe(make_host({**DEBIAN, MAIN: "Port 4444\n", SERVICE: UNIT, SOCKET: socket}))
    assert probed.facts.activation == "service"
    assert probed.facts.listening == ("[::]:4444", "0.0.0.0:4444")
    assert probed.sources["listening[0]"] == Source(where=f"{MAIN}:1")


def test_a_process_for_each_connection_has_options_of_its_own(make_host: MakeHost) -> None:
    """With Accept=yes a template is started, and its command line counts."""
    template = "/lib/systemd/system/ssh@.service"
    host = make_host(
        {
            **DEBIAN,
            MAIN: "PermitRootLogin no\n",
            SERVICE: UNIT,
            SOCKET: "[Socket]\nListenStream=22\nAccept=yes\n[Install]\nWantedBy=sockets.target\n",
            "/etc/systemd/system/sockets.target.wants/ssh.socket": {"symlink": SOCKET},
            template: "[Service]\nExecStart=-/usr/sbin/sshd -i -oPermitRootLogin=yes\n",
        }
    )
    assert root_login(probe(host)) == ("yes", Source(where=f"{template}:2", overrides=(f"{MAIN}:1",)))


def process(pid: int, parent: int, title: str) -> dict[str, object]:
    """Return a daemon's files in /proc."""
    numbers = " ".join(["0"] * 20)
    return {
        f"/proc/{pid}/stat": f"{pid} (sshd) S {parent} {numbers}\n",
        f"/proc/{pid}/status": "Name:\tsshd\nUid:\t0\t0\t0\t0\n",
        f"/proc/{pid}/cgroup": "0::/system.slice/ssh.service\n",
        f"/proc/{pid}/exe": {"symlink": "/usr/sbin/sshd"},
        f"/proc/{pid}/cmdline": f"{title}\0",
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("sshd: /usr/sbin/sshd -D -o PermitRootLogin=yes [listener] 0 of 10-100 startups", "yes"),
        ("/usr/sbin/sshd\0-D\0-o\0PermitRootLogin=yes", "yes"),
        ("sshd: /usr/sbin/sshd -D -o PermitRootLogin yes [listener] 0 of 10-100 startups", "yes"),
        ("sshd: /usr/sbin/sshd -D [listener] 1 of 10-100 startups", "no"),
        ("sshd: root@pts/0", "no"),
    ],
)
def test_the_running_daemon_may_have_been_started_otherwise(title: str, expected: str, make_host: MakeHost) -> None:
    """Somebody started it by hand with an option that no file shows."""
    proc = {**process(500, 1, title), **process(501, 500, "sshd: alice [priv]")}
    value, source = root_login(probe(make_host({**DEBIAN, MAIN: "PermitRootLogin no\n", SERVICE: UNIT, **proc})))
    assert value == expected
    if expected == "yes":
        assert source == Source(where="command line of the running sshd", overrides=(f"{MAIN}:1",))


def test_of_an_unknown_release_only_what_is_written_is_known(make_host: MakeHost) -> None:
    """A default that is guessed is worse than none: it differs between releases and distributions."""
    probed = probe(make_host({"/usr/sbin/sshd": b"\x7fELF stripped", MAIN: "PermitRootLogin no\nCiphers aes256-ctr\n"}))
    facts = base(probed)
    assert probed.facts.version is None
    assert facts.permit_root_login == "no"
    assert facts.ciphers == ("aes256-ctr",)
    assert facts.password_authentication == UNDECIDED
    assert facts.macs == UNDECIDED
    assert facts.max_startups == UNDECIDED


def test_where_releases_read_a_line_differently_an_unknown_one_is_undecided(make_host: MakeHost) -> None:
    """Before 8.5 `#` began a comment anywhere."""
    probed = probe(make_host({"/usr/sbin/sshd": "", MAIN: "Banner /etc/issue#1\nPermitRootLogin no\n"}))
    assert base(probed).banner == UNDECIDED
    assert base(probed).permit_root_login == "no"


def test_a_program_built_from_source_looks_elsewhere(make_host: MakeHost) -> None:
    """Administrators build newer releases than their distribution has, under a directory of their own."""
    host = make_host(
        {
            "/opt/openssh/sbin/sshd": b"\0/opt/openssh/etc/sshd_config\0OpenSSH_9.8p1\0",
            "/etc/systemd/system/sshd.service": "[Service]\nExecStart=/opt/openssh/sbin/sshd -D\n",
            "/usr/sbin/sshd": "OpenSSH_8.0p1\n",
            MAIN: "PermitRootLogin yes\n",
            "/opt/openssh/etc/sshd_config": "Include extra/*.conf\n",
            "/opt/openssh/etc/extra/a.conf": "PermitRootLogin no\n",
        }
    )
    probed = probe(host)
    assert probed.facts.version == "9.8p1"
    assert root_login(probed) == ("no", Source(where="/opt/openssh/etc/extra/a.conf:1"))


def test_a_mute_program_is_known_by_its_package(make_host: MakeHost) -> None:
    status = "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:9.2p1-2+deb12u6\n"
    probed = probe(make_host({"/usr/sbin/sshd": "", MAIN: "", "/var/lib/dpkg/status": status}))
    assert (probed.facts.version, probed.facts.build) == ("9.2p1", "Debian-2+deb12u6")


def test_lists_of_an_unmeasured_build_are_unknown_unless_written(make_host: MakeHost) -> None:
    """Distributors change the lists, and system-wide policies do: see update-crypto-policies(8)."""
    lines = "Ciphers aes256-ctr\nMACs +hmac-md5\nHostKeyAlgorithms ssh-*\nX11MaxDisplays 5\nPermitRootLogin no\n"
    probed = probe(make_host({**RED_HAT, MAIN: lines}))
    facts = base(probed)
    assert probed.facts.version == "8.0p1"
    assert facts.ciphers == ("aes256-ctr",)
    assert facts.macs == UNDECIDED
    assert facts.host_key_algorithms == UNDECIDED
    assert facts.kex_algorithms == UNDECIDED
    assert facts.password_authentication == "yes"
    assert facts.permit_root_login == "no"


def test_a_keyword_of_the_distributor_may_be_a_mistake_too(make_host: MakeHost) -> None:
    """We cannot tell `X11MaxDisplays` of Red Hat from a misspelt word, so validity stays open, the rest is known."""
    probed = probe(make_host({**RED_HAT, MAIN: "X11MaxDisplays 5\nPermitRootLogin no\n"}))
    assert probed.facts.valid == UNDECIDED
    assert base(probed).permit_root_login == "no"


def test_an_update_that_changed_a_list_is_minded(make_host: MakeHost) -> None:
    """Debian gave 9.2 a second name of a key exchange in its fourth update."""
    old = probe(make_host({"/usr/sbin/sshd": "OpenSSH_9.2p1 Debian-2+deb12u3\n", MAIN: ""}))
    new = probe(make_host({"/usr/sbin/sshd": "OpenSSH_9.2p1 Debian-2+deb12u4\n", MAIN: ""}))
    assert "sntrup761x25519-sha512" not in base(old).kex_algorithms
    assert "sntrup761x25519-sha512" in base(new).kex_algorithms


@pytest.mark.parametrize("suite", SUITES)
def test_every_keyword_that_the_daemon_prints_is_a_fact(suite: Suite, debian_root: Callable[..., Root]) -> None:
    """A rule may name any of them."""
    root = debian_root(suite, "openssh-server")
    said = root.run("sh", "-c", "mount -t tmpfs tmpfs /run && mkdir /run/sshd && /usr/sbin/sshd -T").stdout
    keywords = {line.partition(" ")[0] for line in said.splitlines()}
    assert len(keywords) > 70
    probed = probe(Host(root.path))
    facts = base(probed)
    named = {name.replace("_", ""): getattr(facts, name) for name in Context.model_fields}
    older = {
        "pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
        "hostbasedacceptedkeytypes": "hostbasedacceptedalgorithms",
    }
    silent = {word for word in keywords if named[older.get(word, word)] is None} - {"persourcemaxstartups"}
    assert not silent
    assert probed.facts.valid is True
    assert probed.facts.activation == "service"

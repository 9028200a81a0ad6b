"""Stacks that no Debian root can show: other systems' layouts, modules that are not to be had, and what is undecided.

What Linux-PAM itself does with a stack is tried in test_pam_oracle.py; here each expectation has its reason.
"""

from collections.abc import Mapping

import pytest

from rongdun_agent.probes import pam
from rongdun_contract.documents import Source, seal
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.pam import Lockout, Pam, Quality, Stack
from tests.agent.conftest import MakeHost

UNDECIDED = Unknown(unknown="undecided")
UNIX = "auth required pam_unix.so\n"
TALLY2 = """\
auth        required      pam_env.so
auth        required      pam_tally2.so deny=5 unlock_time=600 even_deny_root root_unlock_time=60
auth        sufficient    pam_unix.so nullok try_first_pass
auth        requisite     pam_succeed_if.so uid >= 1000 quiet_success
auth        required      pam_deny.so
account     required      pam_tally2.so
account     required      pam_unix.so
"""


def _probe(make_host: MakeHost, files: Mapping[str, object]) -> tuple[Pam, Mapping[str, Source]]:
    host = make_host(
        {name if name.startswith("/") else f"/etc/pam.d/{name}": content for name, content in files.items()}
    )
    probed = pam.probe(host)
    assert isinstance(probed.facts, Pam)
    return probed.facts, probed.sources


def _stack(make_host: MakeHost, service: str, lines: str, files: Mapping[str, object] | None = None) -> Stack:
    return _probe(make_host, {service: lines, **(files or {})})[0].stacks[service]


def _lockout(stack: Stack) -> Lockout:
    assert isinstance(stack.lockout, Lockout)
    return stack.lockout


def _quality(stack: Stack) -> Quality:
    assert isinstance(stack.quality, Quality)
    return stack.quality


def test_a_host_without_pam_has_no_stacks(make_host: MakeHost) -> None:
    """Rules are then not applicable, rather than failed by stacks that nobody reads."""
    assert _probe(make_host, {"/etc/passwd": ""})[0] == Pam(installed=False)


def test_tally2_locks_as_centos_7_configures_it(make_host: MakeHost) -> None:
    """The module is gone from new systems, but CentOS 7 is everywhere."""
    assert _lockout(_stack(make_host, "sshd", TALLY2)) == Lockout(
        module="pam_tally2",
        deny=5,
        unlock_time_s=600,
        root_included=True,
        root_unlock_time_s=60,
    )


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("auth required pam_tally2.so unlock_time=600\n" + UNIX, id="no deny"),
        pytest.param("auth required pam_tally2.so deny=0\n" + UNIX, id="deny is 0"),
        pytest.param(
            "auth sufficient pam_unix.so\nauth required pam_tally2.so deny=3\nauth required pam_deny.so\n", id="after"
        ),
        pytest.param("auth optional pam_tally2.so deny=3\n" + UNIX, id="optional"),
    ],
)
def test_tally2_that_never_locks_is_no_lockout(make_host: MakeHost, lines: str) -> None:
    """A right password must be refused once the limit is reached; otherwise guessing goes on."""
    assert _stack(make_host, "sshd", lines).lockout is None


def test_root_is_not_locked_unless_the_module_is_told_so(make_host: MakeHost) -> None:
    """root_unlock_time of pam_faillock alone does not bind root, whatever its manual says."""
    faillock = (
        "auth required pam_faillock.so preauth root_unlock_time=60\nauth sufficient pam_unix.so\n"
        "auth [default=die] pam_faillock.so authfail root_unlock_time=60\n"
    )
    lockout = _lockout(_stack(make_host, "sshd", faillock))
    assert (lockout.deny, lockout.fail_interval_s, lockout.unlock_time_s, lockout.root_included) == (3, 900, 600, False)
    assert lockout.root_unlock_time_s is None


def test_where_the_limit_is_set_is_told(make_host: MakeHost) -> None:
    """An operator has to find the line that counts, and the one that it hides."""
    _, sources = _probe(
        make_host,
        {
            "sshd": "auth required pam_faillock.so preauth deny=4\nauth sufficient pam_unix.so nullok\n"
            "auth [default=die] pam_faillock.so authfail\n",
            "/etc/security/faillock.conf": "\ndeny = 9\nunlock_time = 900\n",
        },
    )
    assert sources['stacks["sshd"].lockout.deny'] == Source(
        where="/etc/pam.d/sshd:1", overrides=("/etc/security/faillock.conf:2",)
    )
    assert sources['stacks["sshd"].lockout.unlock_time_s'] == Source(where="/etc/security/faillock.conf:3")
    assert sources['stacks["sshd"].empty_password_accepted'] == Source(where="/etc/pam.d/sshd:2")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        pytest.param("nopasswdlogin:x:120:\n", False, id="nobody is in the group"),
        pytest.param("nopasswdlogin:x:120:alice\n", UNDECIDED, id="somebody is in the group"),
        pytest.param("", False, id="there is no such group"),
    ],
)
def test_the_desktops_group_without_passwords_counts_when_somebody_is_in_it(
    make_host: MakeHost, group: str, expected: object
) -> None:
    """Desktops ship this line; it opens a door only for members."""
    lines = "auth sufficient pam_succeed_if.so user ingroup nopasswdlogin\n" + UNIX
    assert _stack(make_host, "lightdm", lines, {"/etc/group": group}).open_to_all == expected


def test_an_unknown_module_is_never_a_pass(make_host: MakeHost) -> None:
    """A vendor's module may do anything: what hangs on it is undecided, and the line is named."""
    facts, sources = _probe(make_host, {"sshd": "\nauth sufficient pam_biometric.so\n" + UNIX})
    stack = facts.stacks["sshd"]
    assert stack.open_to_all == UNDECIDED
    assert stack.empty_password_accepted is False
    assert stack.undecided_lines == ("pam_biometric in /etc/pam.d/sshd",)
    assert sources['stacks["sshd"].undecided_lines[0]'] == Source(where="/etc/pam.d/sshd:2")


def test_an_unknown_module_that_cannot_matter_decides_nothing(make_host: MakeHost) -> None:
    """Optional, or after the decision: then the rest is as certain as ever."""
    stack = _stack(make_host, "sshd", UNIX + "auth optional pam_vendor.so\n")
    assert (stack.open_to_all, stack.second_factor, stack.undecided_lines) == (False, (), ())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            UNIX + "auth required pam_google_authenticator.so\n", ("pam_google_authenticator",), id="required"
        ),
        pytest.param(
            UNIX + "auth required pam_google_authenticator.so nullok\n", (), id="skipped by those not enrolled"
        ),
        pytest.param(UNIX + "auth sufficient pam_oath.so\n", (), id="sufficient after the password"),
        pytest.param("auth sufficient pam_u2f.so\n" + UNIX, (), id="instead of the password"),
        pytest.param("auth requisite pam_pkcs11.so\n" + UNIX, ("pam_pkcs11",), id="requisite before the password"),
        pytest.param("auth sufficient pam_unix.so\nauth required pam_oath.so\n", (), id="never reached"),
        pytest.param(
            UNIX + "auth required pam_vendor_ukey.so\n", UNDECIDED, id="a module that we do not know, required"
        ),
        pytest.param(
            "auth [success=ok default=die] pam_unix.so\nauth [success=done default=die] pam_radius_auth.so\n",
            ("pam_radius_auth",),
            id="by jumps",
        ),
    ],
)
def test_a_second_factor_counts_when_nobody_gets_past_it(make_host: MakeHost, lines: str, expected: object) -> None:
    """Two factors on paper are one in practice when the second may be skipped."""
    assert _stack(make_host, "sshd", lines).second_factor == expected


def test_a_directory_beside_the_local_files_changes_nothing_for_local_accounts(make_host: MakeHost) -> None:
    """SSSD knows no local account, whether it runs or not."""
    lines = (
        "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\nauth sufficient pam_sss.so forward_pass\n"
        "auth [default=die] pam_faillock.so authfail\nauth required pam_deny.so\n"
    )
    stack = _stack(make_host, "sshd", lines)
    assert _lockout(stack).deny == 3
    assert stack.undecided_lines == ()


def test_a_module_that_is_not_installed_does_not_do_what_its_line_says(make_host: MakeHost) -> None:
    """A policy copied from elsewhere, its package forgotten: the line is there, the lock is not."""
    files = {"/usr/lib64/security/pam_unix.so": "", "/usr/lib64/security/pam_deny.so": ""}
    lines = TALLY2.replace("required      pam_tally2", "optional      pam_tally2").replace("pam_env", "pam_unix")
    assert _stack(make_host, "sshd", lines, files).lockout is None


def test_su_alone_is_asked_for_its_group(make_host: MakeHost) -> None:
    """A group for su says nothing about sshd, and the other way round."""
    facts, sources = _probe(make_host, {"su": "auth required pam_wheel.so use_uid\n" + UNIX, "sshd": UNIX})
    assert facts.stacks["su"].wheel_only is True
    assert facts.stacks["sshd"].wheel_only is False
    assert sources['stacks["su"].wheel_only'] == Source(where="/etc/pam.d/su:1")


def test_passwd_is_not_asked_how_it_authenticates(make_host: MakeHost) -> None:
    """passwd(1) never calls the auth stack; that of `other` must not be laid at its door."""
    facts, _ = _probe(
        make_host, {"passwd": "password required pam_unix.so md5\n", "other": "auth required pam_permit.so\n"}
    )
    passwd = facts.stacks["passwd"]
    assert (passwd.open_to_all, passwd.password_hash) == (False, "md5")
    assert facts.stacks["other"].open_to_all is True


@pytest.mark.parametrize(
    ("release", "length"),
    [
        pytest.param('ID="centos"\nVERSION_ID="7"\n', 6, id="CentOS 7"),
        pytest.param("ID=debian\nVERSION_ID=9\n", 6, id="Debian 9"),
        pytest.param('ID="openEuler"\nVERSION_ID="22.03"\n', 8, id="openEuler"),
        pytest.param("", 8, id="unknown"),
    ],
)
def test_defaults_of_old_versions_are_theirs(make_host: MakeHost, release: str, length: int) -> None:
    """Before 1.4, pwquality asked for 9 and gave 4 credits: six characters pass."""
    lines = "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok\n"
    assert _quality(_stack(make_host, "passwd", lines, {"/etc/os-release": release})).minimum_length == length


@pytest.mark.parametrize(
    ("line", "length", "classes"),
    [
        pytest.param("pam_cracklib.so", 6, 1, id="cracklib by default"),
        pytest.param("pam_cracklib.so minlen=12 dcredit=-1 ucredit=-1 lcredit=-1 ocredit=-1", 12, 4, id="all demanded"),
        pytest.param(
            "pam_cracklib.so minlen=12 dcredit=0 ucredit=0 lcredit=0 ocredit=0 minclass=3", 12, 3, id="no credits"
        ),
        pytest.param("pam_pwquality.so minlen=20 dcredit=-2 lcredit=30", 11, 1, id="a credit larger than the password"),
        pytest.param("pam_passwdqc.so", 7, 1, id="passwdqc by default"),
        pytest.param("pam_passwdqc.so min=disabled,disabled,disabled,12,10", 10, 3, id="passwdqc without passphrases"),
    ],
)
def test_the_shortest_password_that_passes(make_host: MakeHost, line: str, length: int, classes: int) -> None:
    """What minlen says is not what is asked for once credits are given."""
    quality = _quality(
        _stack(make_host, "passwd", f"password requisite {line}\npassword required pam_unix.so use_authtok\n")
    )
    assert (quality.minimum_length, quality.minimum_classes) == (length, classes)


def test_without_a_directory_one_file_is_read(make_host: MakeHost) -> None:
    """pam.conf names the service first, and counts only where no pam.d is."""
    files = {"/etc/pam.conf": "OTHER auth required pam_deny.so\nsshd auth sufficient pam_permit.so\n"}
    facts, _ = _probe(make_host, files)
    assert {name: stack.open_to_all for name, stack in facts.stacks.items()} == {"other": False, "sshd": True}
    facts, _ = _probe(make_host, {**files, "sshd": UNIX})
    assert {name: stack.open_to_all for name, stack in facts.stacks.items()} == {"sshd": False}


def test_the_administrators_file_hides_the_vendors(make_host: MakeHost) -> None:
    """Whole files are hidden, as libpam opens the first that is there."""
    facts, sources = _probe(make_host, {"/usr/lib/pam.d/sshd": "auth required pam_permit.so\n", "sshd": UNIX})
    assert facts.stacks["sshd"].open_to_all is False
    assert sources['stacks["sshd"]'] == Source(where="/etc/pam.d/sshd")


def test_files_that_include_each_other_end(make_host: MakeHost) -> None:
    """A circle must not keep the agent busy; libpam gives up too, and lets nobody in."""
    files = {
        "sshd": "auth include a\nauth include a\n",
        "a": "auth include b\nauth include b\n",
        "b": "auth include a\n@include a\n",
    }
    facts, _ = _probe(make_host, files)
    assert facts.stacks["sshd"].open_to_all is False


def test_comments_change_no_facts(make_host: MakeHost) -> None:
    """A comment added to a file must not look like a change of the host."""
    lines = "auth sufficient pam_strange.so\n" + TALLY2
    digests = []
    for note in ("", "# a note\n\n"):
        facts, sources = _probe(
            make_host, {"sshd": note + lines, "/etc/security/pwquality.conf": note + "minlen = 9\n"}
        )
        digests.append(seal("pam", facts, sources))
    assert digests[0].facts_digest == digests[1].facts_digest
    assert digests[0].sources_digest != digests[1].sources_digest

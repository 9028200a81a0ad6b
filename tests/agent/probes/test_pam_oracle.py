"""Real Linux-PAM decides: attempts at logging in and at changing passwords are made in a Debian root, and compared."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import pam
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.pam import Pam, Stack
from tests.lab.covered import lay_out, run_covered
from tests.lab.roots import Root

TOOLS = ("sudo", "libpam-pwquality", "cracklib-runtime", "pamtester")
MODULES = "/usr/lib/x86_64-linux-gnu/security"
RIGHT = "$6$abcdefgh$vR/yd6VXABFTBRyOupJyJyD09twBc54Fjx1W8tzKdqxOfohxeZRb508btnHrxVQLY86b/u4pA/7OgxagBH8130"
ACCOUNTS = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n"
    "blank:x:1001:1001::/home/blank:/bin/sh\nwilma:x:1002:1002::/home/wilma:/bin/sh\n",
    "/etc/group": "root:x:0:\nshadow:x:42:\nwheel:x:10:wilma\nalice:x:1000:\nblank:x:1001:\nwilma:x:1002:\n",
    "/etc/shadow": f"root:{RIGHT}:19000:0:99999:7:::\nalice:{RIGHT}:19000:0:99999:7:::\n"
    f"blank::19000:0:99999:7:::\nwilma:{RIGHT}:19000:0:99999:7:::\n",
    "/etc/security/opasswd": "",
}
PERMIT = "account required pam_permit.so\n"
UNIX = "auth required pam_unix.so\n"
STORE = "password required pam_unix.so use_authtok\n"

EXPERIMENT = r"""
cp /etc/shadow /shadow.kept; chmod u+s /usr/bin/pamtester; chmod 600 /etc/shadow
try() { printf '%s\n' "$3" | pamtester -I rhost=127.0.0.1 "$1" "$2" authenticate acct_mgmt >/dev/null 2>&1; }
said() { if "$@"; then echo yes; else echo no; fi; }
fresh() { rm -rf /run/faillock /var/run/faillock; cp /shadow.kept /etc/shadow; : >/etc/security/opasswd; }
locks() {
  fresh; if ! try sshd "$1" right; then echo closed; return; fi
  for n in 1 2 3 4 5 6 7; do
    fresh; i=0; while [ $i -lt $n ]; do try sshd "$1" wrong; i=$((i+1)); done
    if ! try sshd "$1" right; then echo $n; return; fi
  done; echo never
}
as() { who=$1; shift; setpriv --reuid=$who --regid=$who --clear-groups "$@"; }
renew() {
  printf '%s\n' "$1" "$2" "$2" "$2" "$2" "$2" "$2" "$2" | as 1000 pamtester passwd alice chauthtok >/dev/null 2>&1
}
change() { renew right "$1"; }
shortest() {
  long='xQ7#mZ2&kP9!wB4%tR6@'; n=1
  while [ $n -le 20 ]; do
    fresh; if change "$(printf %.${n}s "$long")"; then echo $n; return; fi; n=$((n+1))
  done; echo never
}
kinds() {
  for p in 1qzkvbxwjmhgpyfdtqnzb 2qzkvbxwjmhQPYFDTQNZB 27391XWJVQ82PYFKZ46TN 3qzkvBXWJ7391mhQPyf82 4qzkv+BXWJ/73=mhQP
  do
    fresh; if change "${p#?}"; then echo "${p%"${p#?}"}"; return; fi
  done; echo never
}
fresh; echo "open $(said try sshd alice wrong)"
fresh; echo "empty $(said try sshd blank '')"
echo "locks $(locks alice)"
echo "locks_root $(locks root)"
echo "shortest $(shortest)"
echo "kinds $(kinds)"
fresh; echo "weak $(said change password1)"
fresh; good='xQ7#mZ2&kP9!wB4%'; other='vN3=hJ8+cL5-yD1?'
change "$good"
echo "hash $(sed -n 's/^alice:\(\$[a-z0-9]*\$\).*/\1/p' /etc/shadow)"
renew "$good" "$other"
echo "reuse $(said renew "$other" "$good")"
fresh; su_as() { printf 'right\n' | as $1 pamtester su root authenticate acct_mgmt >/dev/null 2>&1; }
echo "su_outsider $(said su_as 1000)"
echo "su_member $(said su_as 1002)"
"""


def _tree(base: Path, root: Root, files: Mapping[str, str]) -> Path:
    """The root's own PAM files and modules with the case's files over them, and our accounts; failures do not wait."""
    own = {f"/etc/pam.d/{path.name}": path.read_text() for path in (root.path / "etc/pam.d").iterdir()}
    own["/etc/login.defs"] = (root.path / "etc/login.defs").read_text()
    modules = (root.path / MODULES.lstrip("/")).glob("pam_*.so")
    binaries = {f"{MODULES}/{path.name}": path.read_bytes() for path in modules}
    texts = {
        path: text.replace("pam_unix.so", "pam_unix.so nodelay") for path, text in {**own, **ACCOUNTS, **files}.items()
    }
    return lay_out(base / "tree", {**binaries, **texts})


@pytest.fixture(scope="session")
def pam_root(debian_root: Callable[..., Root]) -> Root:
    return debian_root("bookworm", *TOOLS)


CASES: Mapping[str, Mapping[str, str]] = {
    "as Debian installs it": {},
    "plain pam_unix without nullok": {"sshd": UNIX + PERMIT},
    "nullok": {"sshd": "auth required pam_unix.so nullok\n" + PERMIT},
    "nullok_secure, the old spelling": {"sshd": "auth required pam_unix.so nullok_secure\n" + PERMIT},
    "nullok behind a deny that is jumped over": {
        "sshd": "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\n"
        "auth required pam_permit.so\n" + PERMIT
    },
    "permit as sufficient lets all in": {"sshd": "auth sufficient pam_permit.so\n" + UNIX + PERMIT},
    "permit as optional does not": {"sshd": "auth optional pam_permit.so\n" + UNIX + PERMIT},
    "permit after a required module that failed": {"sshd": UNIX + "auth sufficient pam_permit.so\n" + PERMIT},
    "an optional pam_unix alone before permit": {
        "sshd": "auth optional pam_unix.so\nauth required pam_permit.so\n" + PERMIT
    },
    "nothing but pam_env fails": {"sshd": "auth required pam_env.so\n" + PERMIT},
    "rootok in a daemon's stack": {"sshd": "auth sufficient pam_rootok.so\n" + UNIX + PERMIT},
    "faillock in full": {
        "sshd": "auth required pam_faillock.so nodelay preauth deny=4\n"
        "auth [success=1 default=ignore] pam_unix.so\n"
        "auth [default=die] pam_faillock.so nodelay authfail deny=4\n"
        "auth required pam_permit.so\naccount required pam_faillock.so\n" + PERMIT
    },
    "faillock with authsucc instead of preauth": {
        "sshd": "auth [success=1 default=bad] pam_unix.so\n"
        "auth [default=die] pam_faillock.so nodelay authfail deny=5\n"
        "auth sufficient pam_faillock.so nodelay authsucc deny=5\nauth required pam_deny.so\n" + PERMIT
    },
    "faillock without authfail counts nothing": {
        "sshd": "auth required pam_faillock.so nodelay preauth deny=2\n"
        + UNIX
        + "account required pam_faillock.so\n"
        + PERMIT
    },
    "faillock whose authfail is never reached": {
        "sshd": "auth required pam_faillock.so nodelay preauth deny=2\nauth requisite pam_unix.so\n"
        "auth [default=die] pam_faillock.so nodelay authfail deny=2\n" + PERMIT
    },
    "faillock whose preauth is sufficient opens the door": {
        "sshd": "auth sufficient pam_faillock.so nodelay preauth deny=2\n" + UNIX + PERMIT
    },
    "faillock whose preauth is optional never blocks": {
        "sshd": "auth optional pam_faillock.so nodelay preauth deny=2\n"
        "auth [success=1 default=ignore] pam_unix.so\nauth [default=die] pam_faillock.so nodelay authfail deny=2\n"
        "auth required pam_permit.so\n" + PERMIT
    },
    "faillock with only authfail never blocks the right password": {
        "sshd": "auth [success=1 default=ignore] pam_unix.so\n"
        "auth [default=die] pam_faillock.so nodelay authfail deny=2\nauth required pam_permit.so\n" + PERMIT
    },
    "faillock from its file, root too": {
        "sshd": "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
        "auth [default=die] pam_faillock.so authfail\naccount required pam_faillock.so\n" + PERMIT,
        "/etc/security/faillock.conf": "# deny = 9\ndeny=6 # six\n  nodelay\n\neven_deny_root\nunlock_time = never\n",
    },
    "faillock arguments win over the file": {
        "sshd": "auth required pam_faillock.so preauth deny=2\nauth sufficient pam_unix.so\n"
        "auth [default=die] pam_faillock.so authfail deny=2\n" + PERMIT,
        "/etc/security/faillock.conf": "deny = 6\nnodelay\n",
    },
    "faillock by default": {
        "sshd": "auth required pam_faillock.so nodelay preauth\nauth sufficient pam_unix.so\n"
        "auth [default=die] pam_faillock.so nodelay authfail\n" + PERMIT
    },
    "faillock switched off by deny=0": {
        "sshd": "auth required pam_faillock.so nodelay preauth deny=0\nauth sufficient pam_unix.so\n"
        "auth [default=die] pam_faillock.so nodelay authfail deny=0\n" + PERMIT
    },
    "faillock behind a substack and pam_usertype, as authselect writes it": {
        "sshd": "auth substack password-auth\naccount include password-auth\n",
        "password-auth": "auth required pam_env.so\nauth required pam_faillock.so nodelay preauth silent deny=5\n"
        "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
        "auth [default=1 ignore=ignore success=ok] pam_localuser.so\nauth sufficient pam_unix.so\n"
        "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
        "-auth sufficient pam_sss.so forward_pass\n"
        "auth required pam_faillock.so nodelay authfail deny=5\nauth required pam_deny.so\n"
        "account required pam_faillock.so\naccount required pam_unix.so\n",
    },
    "faillock skipped for ordinary accounts by a jump": {
        "sshd": "auth [success=1 default=ignore] pam_succeed_if.so quiet uid >= 1000\n"
        "auth required pam_faillock.so nodelay preauth deny=2\nauth sufficient pam_unix.so\n"
        "auth [default=die] pam_faillock.so nodelay authfail deny=2\n" + PERMIT
    },
    "a jump beyond the end fails": {
        "sshd": "auth [success=3 default=ignore] pam_unix.so nullok\nauth required pam_permit.so\n" + PERMIT
    },
    "a control that cannot be read fails": {"sshd": "auth [success=ok defaultt] pam_permit.so\n" + PERMIT},
    "done inside a substack ends only that": {
        "sshd": "auth substack inner\nauth required pam_deny.so\n" + PERMIT,
        "inner": "auth sufficient pam_permit.so\n",
    },
    "done inside an include ends all": {
        "sshd": "auth include inner\nauth required pam_deny.so\n" + PERMIT,
        "inner": "auth sufficient pam_permit.so\n",
    },
    "die inside a substack ends only that, and fails": {
        "sshd": "auth substack inner\nauth sufficient pam_permit.so\n" + PERMIT,
        "inner": "auth requisite pam_deny.so\n",
    },
    "reset forgets a failure inside a substack": {
        "sshd": "auth substack inner\nauth required pam_permit.so\n" + PERMIT,
        "inner": "auth required pam_deny.so\nauth [default=reset] pam_permit.so\n",
    },
    "a jump counts a substack as one": {
        "sshd": "auth [success=1 default=ignore] pam_permit.so\nauth substack inner\nauth required pam_permit.so\n"
        + PERMIT,
        "inner": "auth required pam_deny.so\nauth required pam_deny.so\n",
    },
    "an include that is missing fails": {"sshd": "auth include nowhere\nauth sufficient pam_permit.so\n" + PERMIT},
    "a module that is missing fails when required": {
        "sshd": "auth required pam_gone.so\nauth sufficient pam_permit.so\n" + PERMIT
    },
    "a module that is missing and optional does not matter": {
        "sshd": "-auth optional pam_gone.so\nauth sufficient pam_permit.so\n" + PERMIT
    },
    "a misspelt type spoils auth": {"sshd": "atuh required pam_env.so\nauth sufficient pam_permit.so\n" + PERMIT},
    "continued lines and comments": {
        "sshd": "auth  [success=1 \\\n   default=ignore] \\\n  pam_unix.so nullok # not \\\n"
        "#auth sufficient pam_permit.so\n"
        "auth requisite pam_deny.so\nAuth REQUIRED pam_permit.so\n" + PERMIT
    },
    "no auth lines at all means those of other": {"sshd": PERMIT, "other": "auth sufficient pam_permit.so\n" + PERMIT},
    "quality from its file": {
        "passwd": "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok sha512\n",
        "/etc/security/pwquality.conf": "minlen = 12\nminclass = 3\n",
    },
    "quality without blanks around the sign": {
        "passwd": "password requisite pam_pwquality.so retry=1\npassword required pam_unix.so use_authtok sha256\n",
        "/etc/security/pwquality.conf": "minlen=11\nucredit=-1\ndcredit=-1\n",
    },
    "quality: a directory file loses against the file": {
        "passwd": "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok yescrypt\n",
        "/etc/security/pwquality.conf": "minlen = 10\n",
        "/etc/security/pwquality.conf.d/50-a.conf": "minlen = 14\nminclass = 4\n",
        "/etc/security/pwquality.conf.d/60-b.conf": "minclass = 2\n",
    },
    "quality: arguments win": {
        "passwd": "password requisite pam_pwquality.so minlen=9 minclass=2\n" + STORE,
        "/etc/security/pwquality.conf": "minlen = 14\n",
        "/etc/login.defs": "ENCRYPT_METHOD SHA256\nENCRYPT_METHOD YESCRYPT\n",
    },
    "quality: credits shorten": {
        "passwd": "password requisite pam_pwquality.so minlen=16 dcredit=2 ucredit=2 lcredit=1 ocredit=1\n" + STORE
    },
    "quality: a minimum below six is six": {"passwd": "password requisite pam_pwquality.so minlen=1\n" + STORE},
    "quality: a bad line ends the reading of the file": {
        "passwd": "password requisite pam_pwquality.so\n" + STORE,
        "/etc/security/pwquality.conf": "minlen = 10\nminlen = many\nminclass = 4\n",
    },
    "quality as optional asks for nothing": {
        "passwd": "password optional pam_pwquality.so minlen=12\npassword required pam_unix.so\n"
    },
    "quality behind a sufficient pam_unix is never reached": {
        "passwd": "password sufficient pam_unix.so\npassword requisite pam_pwquality.so minlen=12\n"
        "password required pam_deny.so\n"
    },
    "quality that only warns": {"passwd": "password requisite pam_pwquality.so minlen=12 enforcing=0\n" + STORE},
    "history by pam_pwhistory": {"passwd": "password required pam_pwhistory.so remember=5\n" + STORE},
    "history by default": {"passwd": "password required pam_pwhistory.so\n" + STORE},
    "history by pam_unix": {"passwd": "password required pam_unix.so remember=3 sha512\n"},
    "history switched off": {
        "passwd": "password required pam_pwhistory.so remember=0\npassword required pam_unix.so\n"
    },
    "history as optional": {"passwd": "password optional pam_pwhistory.so remember=5\npassword required pam_unix.so\n"},
    "history from a file that this version does not read": {
        "passwd": "password required pam_pwhistory.so\n" + STORE,
        "/etc/security/pwhistory.conf": "remember = 0\n",
    },
    "su for wheel only": {"su": "auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid\n" + UNIX + PERMIT},
    "su: wheel as sufficient binds nobody": {"su": "auth sufficient pam_wheel.so use_uid\n" + UNIX + PERMIT},
    "su: trusted wheel": {"su": "auth sufficient pam_wheel.so use_uid trust\n" + UNIX + PERMIT},
    "su: wheel denied": {"su": "auth required pam_wheel.so use_uid deny\n" + UNIX + PERMIT},
    "su: wheel behind a sufficient pam_unix": {
        "su": "auth sufficient pam_unix.so\nauth required pam_wheel.so use_uid\n" + PERMIT
    },
    "su: wheel in the account stack": {"su": UNIX + "account required pam_wheel.so use_uid\n"},
    "su: a group of one's own": {"su": "auth requisite pam_wheel.so use_uid group=wheel root_only\n" + UNIX + PERMIT},
    "su: pam_succeed_if asks for the group": {
        "su": "auth required pam_succeed_if.so quiet use_uid user ingroup wheel\n" + UNIX + PERMIT
    },
}
HASHES = {"yescrypt": "$y$", "sha512": "$6$", "sha256": "$5$"}


def _observed(stack: Mapping[str, Stack]) -> dict[str, str]:
    """The facts, in the words of the experiment."""
    sshd, passwd, su = stack["sshd"], stack["passwd"], stack["su"]
    lockout, quality = sshd.lockout, passwd.quality
    assert not isinstance(lockout, Unknown)
    assert not isinstance(quality, Unknown)
    said = {True: "yes", False: "no"}
    enforced = quality if quality and quality.enforcing else None
    return {
        "open": said[sshd.open_to_all is True],
        "empty": said[sshd.empty_password_accepted is True],
        "locks": str(lockout.deny) if lockout else "never",
        "locks_root": str(lockout.deny) if lockout and lockout.root_included is True else "never",
        "shortest": str(enforced.minimum_length) if enforced else "any",
        "kinds": str(enforced.minimum_classes) if enforced else "any",
        "weak": said[enforced is None],
        "hash": HASHES[str(passwd.password_hash)],
        "reuse": said[not passwd.history],
        "su_outsider": said[su.wheel_only is False],
    }


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize("case", CASES)
def test_facts_agree_with_what_pam_does(pam_root: Root, tmp_path: Path, case: str) -> None:
    """A stack is what it does, not what its lines look like: a policy that is never reached protects nobody."""
    files = {name if name.startswith("/") else f"/etc/pam.d/{name}": text for name, text in CASES[case].items()}
    base = {"/etc/pam.d/sshd": UNIX + PERMIT, "/etc/pam.d/passwd": "password required pam_unix.so sha512\n", **files}
    tree = _tree(
        tmp_path,
        pam_root,
        base if case != "as Debian installs it" else {"/etc/pam.d/sshd": "@include common-auth\n" + PERMIT},
    )
    printed = run_covered(pam_root, tree, EXPERIMENT)
    really = dict(line.split(" ", 1) for line in printed.splitlines())
    facts = pam.probe(Host(root=tree)).facts
    assert isinstance(facts, Pam)
    ours = _observed(facts.stacks)
    for name in ("empty", "locks", "locks_root"):
        if really["open"] == "yes" or really.get(name) == "closed":  # open or shut to all, there is no lock to try
            ours.pop(name)
    for name in ("shortest", "kinds"):
        if ours[name] == "any":
            ours.pop(name)
    assert {name: really[name] for name in ours} == ours

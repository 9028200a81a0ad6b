"""A real bash decides: login shells are started in a Debian root, and what they end up with is compared."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.pam_stacks.chains import PamFiles
from rongdun_agent.session_umask import session_umask
from rongdun_agent.setting import Setting
from rongdun_agent.shell_profiles.login_session import Person, log_in
from rongdun_agent.shell_profiles.world import UMASK, Variable, World
from tests.lab.covered import lay_out, run_covered
from tests.lab.roots import Root, Suite

TOOLS = ("sudo", "libpam-pwquality", "cracklib-runtime", "pamtester")
ACCOUNTS = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n",
    "/etc/group": "root:x:0:\nalice:x:1000:\n",
    "/etc/shadow": "root:*:19000::::::\nalice:*:19000::::::\n",
}
QUESTION = r"""
ask() {
  env -i HOME=$2 USER=$3 LOGNAME=$3 TERM=dumb SHELL=/bin/bash PATH=/usr/bin:/bin \
    setpriv --reuid=$1 --regid=$1 --clear-groups bash -lic '
      printf "%s|" "${TMOUT-unset}" "$(readonly -p | grep -c "declare[^=]* TMOUT")" "$(umask)" \
        "${HISTTIMEFORMAT:-unset}" "${LD_LIBRARY_PATH-unset}" "$PATH"; echo' 2>/dev/null | tail -n 1
}
umask 022
ask 1000 /etc/skel alice
ask 0 /etc/skel root
"""
NAMES = ("TMOUT", "readonly", UMASK, "HISTTIMEFORMAT", "LD_LIBRARY_PATH", "PATH")

RHEL_PROFILE = """
pathmunge () {
    case ":${PATH}:" in
        *:"$1":*)
            ;;
        *)
            if [ "$2" = "after" ] ; then
                PATH=$PATH:$1
            else
                PATH=$1:$PATH
            fi
    esac
}
if [ -x /usr/bin/id ]; then
    if [ -z "$EUID" ]; then
        EUID=`/usr/bin/id -u`
        UID=`/usr/bin/id -ru`
    fi
    USER="`/usr/bin/id -un`"
    LOGNAME=$USER
    MAIL="/var/spool/mail/$USER"
fi
if [ "$EUID" = "0" ]; then
    pathmunge /usr/sbin
    pathmunge /usr/local/sbin
else
    pathmunge /usr/local/sbin after
    pathmunge /usr/sbin after
fi
HOSTNAME=$(/usr/bin/hostname 2>/dev/null)
HISTSIZE=1000
if [ "$HISTCONTROL" = "ignorespace" ] ; then
    export HISTCONTROL=ignoreboth
else
    export HISTCONTROL=ignoredups
fi
export PATH USER LOGNAME MAIL HOSTNAME HISTSIZE HISTCONTROL
if [ $UID -gt 199 ] && [ "`/usr/bin/id -gn`" = "`/usr/bin/id -un`" ]; then
    umask 002
else
    umask 022
fi
for i in /etc/profile.d/*.sh /etc/profile.d/sh.local ; do
    if [ -r "$i" ]; then
        if [ "${-#*i}" != "$-" ]; then
            . "$i"
        else
            . "$i" >/dev/null
        fi
    fi
done
unset i
unset -f pathmunge
if [ -n "${BASH_VERSION-}" ] ; then
    if [ -f /etc/bashrc ] ; then
        . /etc/bashrc
    fi
fi
"""
RHEL_BASHRC = """
if [ -z "$BASHRCSOURCED" ]; then
  BASHRCSOURCED="Y"
  if [ "$PS1" ]; then
    if [ -z "$PROMPT_COMMAND" ]; then
      case $TERM in
      xterm*|vte*)
        PROMPT_COMMAND='printf "\\033]0;%s@%s:%s\\007" "${USER}" "${HOSTNAME%%.*}" "${PWD/#$HOME/\\~}"'
        ;;
      *)
        [ -e /etc/sysconfig/bash-prompt-default ] && PROMPT_COMMAND=/etc/sysconfig/bash-prompt-default
        ;;
      esac
    fi
    shopt -s histappend
    [ "$PS1" = "\\\\s-\\\\v\\\\\\$ " ] && PS1="[\\u@\\h \\W]\\\\$ "
  fi
  if ! shopt -q login_shell ; then
    umask 077
  fi
fi
export TMOUT=300
"""


def _d(text: str) -> Mapping[str, str]:
    return {"/etc/profile.d/zz.sh": text}


CASES: Mapping[str, Mapping[str, str]] = {
    "as Debian installs it": {},
    "a plain assignment": _d("TMOUT=600\n"),
    "exported": _d("export TMOUT=600\n"),
    "assigned, then exported": _d("TMOUT=600 ; export TMOUT # idle\n"),
    "read-only": _d("readonly TMOUT=300\n"),
    "read-only afterwards": _d("TMOUT=300\nreadonly TMOUT\nexport TMOUT\n"),
    "declared": _d("declare -rx TMOUT=900\n"),
    "typeset": _d("typeset -xr TMOUT=900\n"),
    "a later file overrides": {**_d("TMOUT=0\n"), "/etc/profile.d/aa.sh": "TMOUT=600\n"},
    "a later file cannot override what is read-only": {
        **_d("TMOUT=0\numask 077\n"),
        "/etc/profile.d/aa.sh": "readonly TMOUT=600\n",
    },
    "a read-only error gives up the command, not the file": {
        **_d("if true; then TMOUT=0; umask 077; fi\nHISTTIMEFORMAT=x\n"),
        "/etc/profile.d/aa.sh": "readonly TMOUT=600\n",
    },
    "export of what is read-only fails and goes on": {
        **_d("export TMOUT=0; umask 077\n"),
        "/etc/profile.d/aa.sh": "readonly TMOUT=600\n",
    },
    "unset of what is read-only fails": {**_d("unset TMOUT\n"), "/etc/profile.d/aa.sh": "readonly TMOUT=600\n"},
    "unset": {**_d("unset TMOUT\n"), "/etc/profile.d/aa.sh": "TMOUT=600\n"},
    "quoted": _d("TMOUT='600'\numask \"027\"\n"),
    "by a variable": _d('limit=450\nTMOUT="$limit"\nmask=27\numask 0${mask}\n'),
    "with a default": _d("TMOUT=${IDLE:-700}\nexport TMOUT\n: ${TMOUT:=3}\n"),
    "appended": _d("TMOUT=60\nTMOUT+=0\n"),
    "symbolic umask": _d("umask u=rwx,g=rx,o=\n"),
    "umask taken away from": _d("umask g-w,o-rwx\n"),
    "umask printed only": _d("umask -S >/dev/null\numask\n"),
    "a wrong umask changes nothing": _d("umask 999 2>/dev/null\n"),
    "for ordinary accounts only": _d("if [ $UID -ge 1000 ]; then TMOUT=600; umask 027; fi\n"),
    "for root only": _d('[ "$(id -u)" = 0 ] && readonly TMOUT=120\n'),
    "for root by name": _d("case $USER in root) umask 077 ;; *) umask 027; esac\n"),
    "interactive only, in three ways": _d(
        'if [ "$PS1" ]; then TMOUT=1; fi\ncase $- in *i*) TMOUT=${TMOUT}2 ;; esac\n[[ $- == *i* ]] && TMOUT=${TMOUT}3\n'
    ),
    "double brackets": _d("if [[ $- =~ i && ( $EUID -eq 0 || -n $HOME ) ]]; then TMOUT=5; fi\n"),
    "test with its own operators": _d('if test -n "$HOME" -a ! -f /no/such -o -d /nowhere; then TMOUT=6; fi\n'),
    "a function": _d("set_idle() {\n  local unused=1\n  TMOUT=$1\n  return 0\n  TMOUT=1\n}\nset_idle 800\n"),
    "return ends only the file": {**_d("TMOUT=10\nreturn\nTMOUT=20\n"), "/etc/profile.d/zzz.sh": "umask 027\n"},
    "in a subshell nothing happens": _d("(TMOUT=5; umask 077)\nTMOUT=6 true\necho x | TMOUT=7\n"),
    "in a background job nothing happens": _d("{ TMOUT=5; } &\nwait\n"),
    "a here-document is no code": _d(
        "cat >/dev/null <<END\nTMOUT=1\nEND\ncat >/dev/null <<-'E F'\n\tTMOUT=2\n\tE F\nTMOUT=3\n"
    ),
    "comments and continued lines": _d("# TMOUT=1\nTM\\\nOUT=6\\\n0 # TMOUT=2\necho '#' TMOUT=3 >/dev/null\n"),
    "a loop over files": {
        "/etc/extra/10.conf": "TMOUT=11\n",
        "/etc/extra/20.conf": "umask 037\n",
        **_d('for f in /etc/extra/*.conf; do if [ -f "$f" ]; then source "$f"; fi; done\nunset f\n'),
    },
    "break and continue": _d("for n in 1 2 3 4; do [ $n = 2 ] && continue; [ $n = 4 ] && break; TMOUT=$n; done\n"),
    "elif and else": _d("if false; then TMOUT=1; elif [ 2 -lt 1 ]; then TMOUT=2; else TMOUT=3; fi\n"),
    "and, or, not": _d("false && TMOUT=1\ntrue || TMOUT=2\n! false && TMOUT=3\nfalse || { TMOUT=4; umask 027; }\n"),
    "eval": _d('name=TMOUT\neval "$name=90"\n'),
    "alternatives of a variable": _d("unset x; y=\nTMOUT=${x-1}${y-2}${y:-3}${x+4}${y+5}\n"),
    "trimmed variables": _d("v=a/b/c.sh\nHISTTIMEFORMAT=${v##*/}${v%/*}${v#*/}${v%%/*}${#v}\n"),
    "an array is no hindrance": _d("list=(a b 'TMOUT=9')\nTMOUT=8\n"),
    "quoting of all kinds": _d("HISTTIMEFORMAT=$'%F\\t'\"$(echo a)\"'$x'\\ z`echo b`\n"),
    "history with time": _d("export HISTTIMEFORMAT='%F %T '\n"),
    "a library path": _d("export LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH\n"),
    "environment file": {"/etc/environment": 'TMOUT=42\nexport HISTTIMEFORMAT="x"\n'},
    "path with an empty part": _d("PATH=$PATH::/opt/bin\n"),
    "RHEL's profile": {"/etc/profile": RHEL_PROFILE, "/etc/bashrc": RHEL_BASHRC},
    "RHEL's profile with a policy file": {
        "/etc/profile": RHEL_PROFILE,
        "/etc/bashrc": RHEL_BASHRC,
        "/etc/profile.d/tmout.sh": "typeset -xr TMOUT=600\n",
        "/etc/profile.d/sh.local": "umask 027\n",
    },
    "a skeleton that sources bashrc": {
        "/etc/profile": "umask 022\n",
        "/etc/bashrc": "TMOUT=33\n",
        "/etc/skel/.bash_profile": "if [ -f ~/.bashrc ]; then\n\t. ~/.bashrc\nfi\nPATH=$PATH:$HOME/bin\n",
        "/etc/skel/.bashrc": "[ -f /etc/bashrc ] && . /etc/bashrc\n",
    },
}
UNDECIDED: Mapping[str, tuple[Mapping[str, str], set[str]]] = {
    "by the terminal": (_d('case "$TERM" in xterm*) TMOUT=1 ;; esac\numask 027\n'), {"TMOUT"}),
    "by a program": (_d("if command -v tmux >/dev/null; then TMOUT=1; umask 077; else umask 077; fi\n"), {"TMOUT"}),
    "by the output of a program": (_d("TMOUT=$(expr 30 + 30)\n"), {"TMOUT"}),
    "by where one comes from": (_d('[ -n "$SSH_CLIENT" ] && readonly TMOUT=60\n'), {"TMOUT", "readonly"}),
    "text that we cannot parse": (_d("umask 027\nif true; then\nTMOUT=1\n"), {"TMOUT", "readonly"}),
    "a loop that may not run": (_d("while read -r line; do TMOUT=5; done </dev/null\n"), {"TMOUT"}),
    "a return that may happen": (_d('[ -n "$DISPLAY" ] && return\nTMOUT=7\n'), {"TMOUT"}),
}
EVERYTHING = {**{name: (files, set()) for name, files in CASES.items()}, **UNDECIDED}


def _told(world: World) -> dict[str, str | None]:
    """What we say of a session, in the words of the question."""
    found = {name: _value(world.get(name)) for name in NAMES if name != "readonly"}
    readonly = world.get("TMOUT").readonly
    found["readonly"] = None if readonly is None else str(int(readonly))
    if found["HISTTIMEFORMAT"] == "":
        found["HISTTIMEFORMAT"] = "unset"
    return found


def _value(variable: Variable) -> str | None:
    if variable.is_set is None:
        return None
    return variable.value if variable.is_set else "unset"


@pytest.fixture(scope="session")
def roots(debian_root: Callable[..., Root]) -> Callable[[Suite], Root]:
    return lambda suite: debian_root(suite, *TOOLS)


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize("case", EVERYTHING)
def test_sessions_agree_with_bash(roots: Callable[[Suite], Root], tmp_path: Path, case: str) -> None:
    """A timeout that a later file takes back, or that only root gets, is no timeout; lines alone cannot tell."""
    root, (files, undecided) = roots("bookworm"), EVERYTHING[case]
    own = {path: (root.path / path[1:]).read_text() for path in ("/etc/profile", "/etc/bash.bashrc")}
    skeleton = {f"/etc/skel/{name}": (root.path / "etc/skel" / name).read_text() for name in (".profile", ".bashrc")}
    tree = lay_out(tmp_path / "tree", {**own, **skeleton, **ACCOUNTS, **files})
    environment = [line.removeprefix("export ") for line in files.get("/etc/environment", "").splitlines()]
    question = QUESTION.replace("bash -lic", " ".join(["env", *environment, "bash -lic"]))
    answers = run_covered(root, tree, question).splitlines()
    (tree / "usr/bin").mkdir(parents=True, exist_ok=True)
    (tree / "usr/bin/id").touch(mode=0o755)
    for uid, name, answer in ((1000, "alice", answers[0]), (0, "root", answers[1])):
        really = dict(zip(NAMES, answer.split("|"), strict=False))
        person = Person(uid, name, "/etc/skel", private_group=True)
        told = _told(log_in(Host(root=tree), person, Setting("0022", ""), Setting("/usr/bin:/bin", "")))
        assert {key for key, value in told.items() if value is None} == undecided
        assert {key: value for key, value in told.items() if value is not None} == {
            key: value for key, value in really.items() if told[key] is not None
        }


PAM_LINES = {
    "no pam_umask": "",
    "login.defs": "session optional pam_umask.so\n",
    "its own argument": "session optional pam_umask.so umask=027\n",
    "user groups": "session optional pam_umask.so usergroups\n",
    "no user groups": "session optional pam_umask.so nousergroups\n",
}


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
@pytest.mark.parametrize("line", PAM_LINES)
def test_the_first_umask_agrees_with_pam(
    roots: Callable[[Suite], Root], tmp_path: Path, line: str, suite: Suite
) -> None:
    """pam_umask is built differently from release to release; what it leaves open to the group is policy."""
    root = roots(suite)
    common = "auth sufficient pam_rootok.so\naccount required pam_permit.so\nsession required pam_unix.so\n"
    tree = lay_out(
        tmp_path / "tree",
        {
            **ACCOUNTS,
            "/etc/pam.d/su-l": common + PAM_LINES[line],
            "/etc/login.defs": "UMASK 077\nUMASK 000\n",
            "/etc/os-release": (root.path / "usr/lib/os-release").read_text(),
        },
    )
    alice, superuser = run_covered(root, tree, "umask 022; su -l alice -c umask; su -l root -c umask\n").split()
    host = Host(root=tree)
    files = PamFiles(host)
    assert session_umask(host, files, root=False).value == alice
    assert session_umask(host, files, root=True).value == superuser

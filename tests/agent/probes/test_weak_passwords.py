"""Real hashes, made by the system's own tools, tried as somebody who wants in would; what leaves the host is names."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from rongdun_agent.guesses.asked import Asked
from rongdun_agent.guesses.everybodys import COMMON
from rongdun_agent.guesses.patterns import made_of
from rongdun_agent.host.guesser import LIBRARIES, NICE, answer
from rongdun_agent.host.guessing import GUESSER, guess
from rongdun_agent.survey import WEAK_PASSWORDS, survey
from rongdun_contract.documents import Section
from tests.lab.missing import give_up

ASKED = Asked(2026, seconds=60)
STRONG = "kX9#vTq2LmZ!p0"
SLOW = "$6$rounds=99999999$abcdefgh$" + "x" * 86
"""A hash that takes minutes for one word."""


def openssl(method: str, password: str) -> str:
    command = ["openssl", "passwd", method, "-stdin"]
    return subprocess.run(command, input=password, capture_output=True, text=True, check=True).stdout.strip()


def libcrypt(setting: str, password: str) -> str:
    """As chpasswd and passwd hash it, by the library that they use."""
    crypt = ctypes.CDLL(LIBRARIES[0]).crypt
    crypt.restype = ctypes.c_char_p
    hashed = crypt(password.encode(), setting.encode())
    if hashed is None or hashed.startswith(b"*"):
        give_up(f"needs a libcrypt that knows {setting}: apt-get install libcrypt1")
    return hashed.decode()


def tried(make_host, fields: dict[str, str], asked: Asked = ASKED, **files: str):
    """The section about a host with these password fields in its shadow(5)."""
    passwd = "".join(f"{name}:x:{1000 + at}:1000::/:/bin/sh\n" for at, name in enumerate(fields))
    shadow = "".join(f"{name}:{field}:19000:0:99999:7:::\n" for name, field in fields.items())
    host = make_host({"/etc/passwd": passwd, "/etc/shadow": shadow, **files})
    part = survey(host, sections=[WEAK_PASSWORDS], guess=asked)[0][WEAK_PASSWORDS]
    assert isinstance(part, Section), part
    return part


def told(part: Section) -> dict[str, object]:
    return {account["name"]: account["guessable"] for account in part.facts["accounts"]}


METHODS = [
    pytest.param(lambda word: openssl("-6", word), id="SHA-512 by openssl"),
    pytest.param(lambda word: openssl("-5", word), id="SHA-256 by openssl"),
    pytest.param(lambda word: openssl("-1", word), id="MD5 by openssl"),
    pytest.param(lambda word: libcrypt("$6$rounds=1000$saltsaltsalt$", word), id="SHA-512 with rounds"),
    pytest.param(lambda word: libcrypt("$y$j75$abcdefghijklmnop$", word), id="yescrypt"),
    pytest.param(lambda word: libcrypt("$gy$j75$abcdefghijklmnop$", word), id="yescrypt over GOST"),
    pytest.param(lambda word: libcrypt("$7$6U..../....abcdefghi$", word), id="scrypt"),
    pytest.param(lambda word: libcrypt("$2b$04$abcdefghijklmnopqrstuu", word), id="bcrypt"),
    pytest.param(lambda word: libcrypt("ab", word), id="traditional"),
    pytest.param(lambda word: libcrypt("_J9..abcd", word), id="BSDi"),
]


@pytest.mark.parametrize("hashed", METHODS)
def test_each_method_tells_a_common_password_from_another(make_host, hashed):
    part = tried(make_host, {"weak": hashed("Admin@123"), "strong": hashed(STRONG)})
    assert told(part) == {"weak": True, "strong": False}


@pytest.mark.parametrize(
    "password",
    [
        "zhangsan",
        "ZHANGSAN",
        "nasgnahz",
        "zhangsanzhangsan",
        "Zhangsan@2025",
        "zhangsan123",
        "Zhangsan@123",
        "123zhangsan",
    ],
)
def test_what_people_make_of_their_own_name(make_host, password):
    assert told(tried(make_host, {"zhangsan": openssl("-1", password)})) == {"zhangsan": True}


@pytest.mark.parametrize("password", ["fzswj", "Fzswj@2026", "fzswj123456", "web01", "Web01@123", "our-own-word"])
def test_what_people_make_of_the_organisations_and_the_hosts_name(make_host, password):
    asked = Asked(2026, words=("our-own-word",), organisation=("fzswj",), seconds=60)
    part = tried(make_host, {"li": openssl("-1", password)}, asked, **{"/etc/hostname": "web01.gov.example\n"})
    assert told(part) == {"li": True}


def test_who_can_log_in_by_password_is_tried_and_nobody_else(make_host):
    """A lock stands before the hash; `*` and `!` fit no password; an empty field fits the empty one."""
    weak = openssl("-1", "123456")
    fields = {"open": weak, "locked": f"!{weak}", "twice": f"!!{weak}", "disabled": "*", "unset": "!", "empty": ""}
    assert told(tried(make_host, fields)) == {"open": True, "empty": True}


def test_the_hash_of_the_empty_password_is_no_password(make_host):
    assert told(tried(make_host, {"li": libcrypt("$1$saltsalt$", "")})) == {"li": True}


def test_hashes_in_passwd_itself_are_tried_and_lines_without_shadow_let_nobody_in(make_host):
    weak = openssl("-1", "123456")
    passwd = f"old:{weak}:1000:1000::/:/bin/sh\nghost:x:1001:1001::/:/bin/sh\nnone::1002:1002::/:/bin/sh\n"
    host = make_host({"/etc/passwd": passwd, "/etc/shadow": f"nobody-has:{weak}:1::::::\n"})
    part = survey(host, sections=[WEAK_PASSWORDS], guess=ASKED)[0][WEAK_PASSWORDS]
    assert told(part) == {"none": True, "old": True}
    assert {source["where"] for source in part.sources.values()} == {"/etc/passwd:1", "/etc/passwd:3"}


@pytest.mark.parametrize(
    "field",
    [
        pytest.param("$sm3$abcdefgh$0123456789", id="a method that this library may lack"),
        pytest.param("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", id="a method that crypt(3) has nowhere"),
        pytest.param("{SSHA}c29tZXRoaW5n", id="a method of directories"),
        pytest.param("$6$rounds=10$saltsalt$" + "x" * 86, id="rounds that crypt(3) raises, so that nothing ever fits"),
        pytest.param("$6$", id="no hash behind the method"),
    ],
)
def test_what_the_library_cannot_hash_is_unknown_and_never_good(make_host, field):
    found = told(tried(make_host, {"li": field, "strong": openssl("-1", STRONG)}))
    assert found["strong"] is False
    assert found.get("li", {"unknown": "undecided"}) == {"unknown": "undecided"}


def test_one_costly_hash_takes_its_share_and_leaves_the_rest_to_others(make_host):
    """Whoever may set a password can choose how long one guess takes."""
    began = time.monotonic()
    fields = {"slow": SLOW, "weak": openssl("-6", "123456"), "strong": openssl("-1", STRONG)}
    found = told(tried(make_host, fields, Asked(2026, seconds=6)))
    assert found == {"slow": {"unknown": "not probed"}, "weak": True, "strong": False}
    assert time.monotonic() - began < 12


def test_copied_hashes_are_told_and_equal_passwords_alone_are_not(make_host):
    copied = openssl("-1", STRONG)
    part = tried(make_host, {"a": copied, "b": copied, "c": openssl("-1", STRONG)})
    assert [account["shares_hash"] for account in part.facts["accounts"]] == [True, True, False]


def test_neither_the_hash_nor_the_word_is_told(make_host):
    weak = openssl("-6", "woaini1314")
    part = tried(make_host, {"li": weak})
    text = json.dumps([part.facts, part.sources])
    assert told(part) == {"li": True}
    assert "woaini" not in text
    assert weak[10:] not in text
    assert part.facts == {"accounts": [{"name": "li", "guessable": True, "shares_hash": False}]}


def test_the_child_gives_way_and_shows_nobody_what_it_tries():
    """Arguments and environments are for all to read in /proc."""
    answers = {}
    thread = threading.Thread(target=lambda: answers.update(guess({SLOW: ["123456"]}, 4)))
    thread.start()
    try:
        seen = _child_when_it_works()
    finally:
        thread.join()
    assert seen == {"arguments": ["-I", "-S", str(GUESSER)], "environment": {"LC_ALL": "C"}, "nice": NICE}
    assert answers == {SLOW: "too long"}
    assert not _children()


def _child_when_it_works():
    """What /proc tells everybody of the child, once it has given way."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        for pid in _children():
            with suppress(ProcessLookupError, FileNotFoundError):
                if os.getpriority(os.PRIO_PROCESS, pid) == NICE:
                    _, *arguments = _strings(pid, "cmdline")
                    environment = dict(one.split("=", 1) for one in _strings(pid, "environ"))
                    return {"arguments": arguments, "environment": environment, "nice": NICE}
        time.sleep(0.01)
    raise AssertionError("no child was seen")


def _children() -> list[int]:
    """Processes that run the guesser as children of this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and str(GUESSER).encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def _strings(pid: int, name: str) -> list[str]:
    return [text for text in Path(f"/proc/{pid}/{name}").read_text().split("\0") if text]


def test_nobody_asked_nothing_is_tried(make_host):
    host = make_host({"/etc/passwd": "li::1000:1000::/:/bin/sh\n"})
    part = survey(host, sections=[WEAK_PASSWORDS])[0][WEAK_PASSWORDS]
    assert (part.reason, part.detail) == ("not probed", "nobody asked for passwords to be tried")


def test_without_rights_it_is_no_permission(as_nobody, shared_path):
    (shared_path / "etc").mkdir(mode=0o755)
    (shared_path / "etc/passwd").write_text("li:x:1000:1000::/:/bin/sh\n")
    (shared_path / "etc/shadow").write_text("li::1::::::\n")
    (shared_path / "etc/shadow").chmod(0)
    from rongdun_agent.host import Host  # noqa: PLC0415 - the child makes its own

    part = as_nobody(lambda: survey(Host(shared_path), sections=[WEAK_PASSWORDS], guess=ASKED)[0][WEAK_PASSWORDS])
    assert part.reason == "no permission"


def test_a_library_that_answers_for_another_method_is_not_believed():
    """Old libraries hash what they do not know as if it were the oldest method."""
    assert answer(b"$y$j9T$salt$hash", [b"word"], lambda _, __: b"$yAbcdefghijk") == "cannot"
    assert answer(b"$y$j9T$salt$hash", [b"word"], lambda _, __: None) == "cannot"
    assert answer(b"$y$j9T$salt$hash", [b"word"], lambda _, __: b"*0") == "cannot"
    assert answer(b"$y$j9T$salt$hash", [b"word"], None) == "cannot"
    assert answer(b"$y$j9T$salt$hash", [b"word"], lambda _, __: b"$y$j9T$salt$other") == "not guessed"


def test_words_that_no_line_can_hold_are_left_out():
    """A NUL or a line's end in a word must not end the list, or be taken for another word."""
    hashed = openssl("-1", "123456")
    assert guess({hashed: ["a\0b", "a\n123456", "x" * 500]}, 10) == {hashed: "not guessed"}
    assert guess({hashed: ["a\0b", "x" * 500, "123456"]}, 10) == {hashed: "guessed"}


def test_the_common_words_are_each_there_once_and_few_enough():
    """Each costs every account a hash: some hundred are tried in seconds, not in minutes."""
    assert len(COMMON) == len(set(COMMON)) <= 500
    assert len(list(made_of("zhangsan", 2026))) <= 120
    assert list(made_of("", 2026)) == []

import pytest

from rongdun_agent.repositories import unsigned
from tests.agent.conftest import MakeHost

APT = "/etc/apt/apt.conf.d/50local"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("deb [trusted=yes] http://m/d bookworm main", ["http://m/d bookworm"], id="trusted"),
        pytest.param(
            "deb [ arch=amd64 Trusted=1 ] http://m/d sid main", ["http://m/d sid"], id="several options, any case"
        ),
        pytest.param("deb [allow-insecure=yes] http://m/d sid main", ["http://m/d sid"], id="insecure allowed"),
        pytest.param("deb [allow-weak=yes] http://m/d sid main", ["http://m/d sid"], id="weak signatures allowed"),
        pytest.param("deb [trusted=no] http://m/d sid main", [], id="not trusted"),
        pytest.param("deb [signed-by=/k.gpg] http://m/d sid main", [], id="signed"),
        pytest.param("deb http://m/d sid main", [], id="no options"),
        pytest.param("# deb [trusted=yes] http://m/d sid main", [], id="comment"),
        pytest.param("deb [trusted=yes] https://u:secret@m/d sid main", ["https://m/d sid"], id="credentials stay out"),
    ],
)
def test_one_line_repositories(make_host: MakeHost, line: str, found: list[str]) -> None:
    assert list(unsigned(make_host({"/etc/apt/sources.list.d/x.list": f"\n{line}\n"}))) == found


def test_repositories_in_paragraphs(make_host: MakeHost) -> None:
    text = """\
# vendor
Types: deb deb-src
URIs: http://a/d
  http://b/d
Suites: one two
Components: main
Trusted: yes

Types: deb
Enabled: no
URIs: http://c/d
Suites: one
Trusted: yes

Types: deb
URIs: http://d/d
Suites: one
# a comment inside a paragraph
Signed-By: /k.gpg
"""
    found = unsigned(make_host({"/etc/apt/sources.list.d/v.sources": text}))
    assert list(found) == ["http://a/d one", "http://a/d two", "http://b/d one", "http://b/d two"]
    assert set(found.values()) == {"/etc/apt/sources.list.d/v.sources:2"}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        pytest.param('APT::Get::AllowUnauthenticated "true";', f"{APT}:1", id="flat"),
        pytest.param('APT {\n Get {\n  AllowUnauthenticated "1";\n };\n};\n', f"{APT}:3", id="nested"),
        pytest.param('apt::get::allowunauthenticated "yes";', f"{APT}:1", id="any case"),
        pytest.param("APT::Get::AllowUnauthenticated true;", f"{APT}:1", id="unquoted"),
        pytest.param('// APT::Get::AllowUnauthenticated "true";', None, id="comment"),
        pytest.param('/* APT::Get::AllowUnauthenticated "true";\n*/', None, id="block comment"),
        pytest.param('# APT::Get::AllowUnauthenticated "true";', None, id="hash comment"),
        pytest.param('APT::Get::AllowUnauthenticated "false";', None, id="off"),
        pytest.param(
            'APT::Get::AllowUnauthenticated "true";\nAPT::Get::AllowUnauthenticated "0";', None, id="off again"
        ),
        pytest.param('APT::Get::AllowUnauthenticated "true";\n#clear APT::Get;', None, id="cleared"),
        pytest.param('X { "http://a/b"; };\nAPT::Get::AllowUnauthenticated "on";', f"{APT}:2", id="after a list"),
    ],
)
def test_options_that_accept_unsigned_packages(make_host: MakeHost, text: str, where: str | None) -> None:
    assert unsigned(make_host({APT: text})) == ({"APT::Get::AllowUnauthenticated": where} if where else {})


def test_the_main_file_of_apt_is_read_after_its_parts_and_backups_are_not_read(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/etc/apt/apt.conf.d/10on": 'Acquire::AllowInsecureRepositories "true";\nAPT::Get::Force-Yes "true";\n',
            "/etc/apt/apt.conf.d/20on.dpkg-old": 'Acquire::AllowWeakRepositories "true";\n',
            "/etc/apt/apt.conf": 'Acquire::AllowInsecureRepositories "false";\n',
        }
    )
    assert unsigned(host) == {"APT::Get::Force-Yes": "/etc/apt/apt.conf.d/10on:2"}


def test_yum_repositories_inherit_the_check_from_the_main_section(make_host: MakeHost) -> None:
    repo = "/etc/yum.repos.d/local.repo"
    files = {
        "/etc/dnf/dnf.conf": "[main]\ngpgcheck=1\n",
        repo: "[on]\nname=a\n[off]\ngpgcheck = 0\n[disabled]\nenabled=0\ngpgcheck=0\n[own]\nbaseurl=http://a\n  http://b\ngpgcheck=True\n",
    }
    assert unsigned(make_host(files)) == {"[off]": f"{repo}:4"}
    assert unsigned(make_host(files | {"/etc/dnf/dnf.conf": "[main]\ngpgcheck=no\n"})) == {
        "[off]": f"{repo}:4",
        "[on]": "/etc/dnf/dnf.conf:2",
    }


def test_a_word_that_is_neither_yes_nor_no_changes_nothing(make_host: MakeHost) -> None:
    files = {"/etc/dnf/dnf.conf": "[main]\ngpgcheck=1\n", "/etc/yum.repos.d/a.repo": "[a]\ngpgcheck=2\n"}
    assert unsigned(make_host(files)) == {}


def test_without_a_word_yum_does_not_check_and_zypper_does(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/etc/yum.repos.d/a.repo": "[a]\nbaseurl=http://a\n",
            "/etc/zypp/repos.d/b.repo": "[b]\nbaseurl=http://b\n",
            "/etc/zypp/repos.d/c.repo": "[c]\ngpgcheck=0\n",
        }
    )
    assert unsigned(host) == {"[a]": "/etc/yum.repos.d/a.repo:1", "[c]": "/etc/zypp/repos.d/c.repo:2"}

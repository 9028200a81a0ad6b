"""A file name is bytes, a fact is text, and each leads to the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rongdun_agent.host import as_bytes, as_text


@given(some.binary())
def test_every_name_comes_back_from_its_text(name):
    assert as_bytes(as_text(name)) == name
    as_text(name).encode()  # proper UTF-8: JSON can carry it


@given(some.binary(), some.binary())
def test_two_names_never_share_a_text(one, other):
    assert (as_text(one) == as_text(other)) == (one == other)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("榕盾.conf".encode(), "榕盾.conf", id="Chinese in UTF-8"),
        pytest.param("榕".encode("gb18030"), "\\xe9\\xc5", id="Chinese in GB 18030"),
        pytest.param(rb"dev-disk\x2duuid.swap", r"dev-disk\x2duuid.swap", id="systemd's escapes stay as they are"),
        pytest.param(rb"a\xffb", r"a\x5cxffb", id="a backslash that could be mistaken"),
    ],
)
def test_names_are_written_as_people_expect(name, text):
    assert as_text(name) == text


def test_a_file_with_an_odd_name_is_listed_found_and_read(make_host):
    """Otherwise one such file in conf.d would hide a setting from us, and not from the daemon."""
    host = make_host({"/etc/conf.d/a\\xff.conf": "odd", "/etc/conf.d/b.conf": "plain"})
    assert host.list_dir("/etc/conf.d") == ("a\\xff.conf", "b.conf")
    assert [host.read_text(path) for path in host.glob("/etc/conf.d/*.conf")] == ["odd", "plain"]
    walked = [place.path_of(name) for place in host.walk("/etc/conf.d") for name, _ in place.entries]
    assert sorted(walked) == ["/etc/conf.d/a\\xff.conf", "/etc/conf.d/b.conf"]

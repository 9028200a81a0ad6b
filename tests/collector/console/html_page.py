"""A page as the tests read it: parsed by the standard library, checked for what every page of ours must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class HtmlPage(HTMLParser):
    """Text, links, fields and whatever is wrong with the page."""

    source: str
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _labelled: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]
        self.faults += [f"id {one!r} is there twice" for one in set(self.ids) if self.ids.count(one) > 1]

    @property
    def text(self) -> str:
        """All text, spaces made one."""
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        given = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        self._labelled += tag == "label"
        self._note(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self._note(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        self._labelled -= tag == "label"
        if tag in VOID or not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at line {self.getpos()[0]}")

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.words.append(data)

    def _note(self, tag: str, given: dict[str, str | None]) -> None:
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in {"input", "select"}:
            self.fields[str(given.get("name"))] = given.get("value") or ""
        self._check(tag, given)

    def _check(self, tag: str, given: dict[str, str | None]) -> None:
        where = f"<{tag}> at line {self.getpos()[0]}"
        self.faults += [f"{where} has {name}" for name in given if name == "style" or name.startswith("on")]
        for name in ("href", "src", "action"):
            value = given.get(name) or ""
            if value and not value.startswith(("/", "#", "?")):
                self.faults.append(f"{where} leads out: {value}")
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(f"{where} is inline")
        if tag in {"input", "select"} and given.get("type") != "hidden" and not self._labelled:
            self.faults.append(f"{where} has no label")
        if tag == "th" and given.get("scope") not in {"row", "col"}:
            self.faults.append(f"{where} has no scope")
        if tag == "img" and given.get("alt") is None:
            self.faults.append(f"{where} has no alt")


def read_page(client: httpx.Client, path: str, status: int = 200, **headers: str) -> HtmlPage:
    """Fetch a page as a browser does; whatever every page must be, this one is."""
    answer = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"} | headers)
    return checked(answer, status)


def checked(answer: httpx.Response, status: int = 200) -> HtmlPage:
    """The page of an answer, which must have this status and none of the faults."""
    assert answer.status_code == status, answer.text[:2000]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    page = HtmlPage(answer.text)
    assert not page.faults
    return page

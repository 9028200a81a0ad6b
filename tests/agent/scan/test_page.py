"""The page for people who get it by mail: everything is in it, it loads nothing, and it obeys no host."""

import io
import re
import subprocess
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from rongdun_agent.scan.choice import embedded_controls
from rongdun_agent.scan.page import write_html
from rongdun_contract.clauses import clause_results
from rongdun_contract.documents import section_of
from rongdun_contract.findings import Finding
from tests.lab.missing import need_program

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """The tags, ids and links of a page, and its text by the id of the nearest part; unclosed tags are an error."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.ids, self.links, self.open, self.texts = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):  # noqa: D102 - as HTMLParser says
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in {"href", "src", "action", "data"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):  # noqa: D102 - as HTMLParser says
        assert self.open.pop() == tag

    def handle_data(self, data):  # noqa: D102 - as HTMLParser says
        self.texts.append(data)

    @property
    def text(self):
        """All text, the title's and the style's too."""
        return "".join(self.texts)


def page_of(judgement):
    out = io.StringIO()
    write_html(judgement, out)
    return Page(out.getvalue())


def test_nothing_runs_and_nothing_is_loaded(judged):
    """A host's files and accounts are named by whoever broke into it."""
    page = page_of(judged())
    names = [name for tag, attributes in page.tags for name in (f"<{tag}>", *attributes)]
    assert not {"<script>", "<iframe>", "<object>", "<img>", "<link>"} & set(names)
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert all(link.startswith("#") for link in page.links)
    (policy,) = (attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "url(" not in page.text
    assert "@import" not in page.text


def test_hostile_text_is_shown_and_what_hides_is_written_out(judged):
    text = page_of(judged()).text
    assert "<script>alert(1)</script>&\"'\\x1b[2J\\u202e]]>" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_each_link_leads_somewhere_and_no_id_is_there_twice(judged):
    page = page_of(judged())
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} - set(page.ids) == set()


def test_every_rule_is_told_with_its_reason_and_remedy_where_it_fails(judged):
    judgement = judged()
    page, rules = page_of(judgement), {rule.id: rule for rule in judgement.wish.rules}
    for finding in judgement.findings:
        assert finding.rule in page.ids
    failed = rules[judgement.findings[0].rule]
    for words in (failed.title, failed.why, failed.fix):
        assert words["zh"] in page.text
        assert words["en"] in page.text
    for row in ("/etc/pass wd\\xff#?%41:3", "/etc/other:7", "the kernel's default", "nft -j list ruleset", "… 12 more"):
        assert row in page.text


def test_every_clause_has_its_result(judged):
    judgement = judged()
    text = page_of(judgement).text
    table = text[text.index("Clauses at level 3") : text.index("Findings and what to do")]
    for result in clause_results(embedded_controls(3), judgement.findings, 3):
        assert re.search(rf"{re.escape(result.clause)}\D.*?{result.result}", table, re.DOTALL), result.clause


def test_who_judges_what_rules_do_not_is_told_how(judged):
    text = page_of(judged()).text
    people = text[text.index("For people to judge") :]
    by_people = [c for c in embedded_controls(3).clauses if c.level == 3 and c.on_host and c.kind != "auto"]
    assert by_people
    for clause in by_people:
        assert clause.id in people
        assert clause.procedure.zh in people
        assert clause.procedure.en in people


def test_the_score_never_stands_alone(judged):
    judgement = judged()
    text = page_of(judgement).text
    assert f"{judgement.score.score:.1f}态势得分" in text
    assert f"{judgement.score.confidence:.0%}置信度" in text
    nothing = tuple(
        Finding(rule=rule.id, severity=rule.severity, verdict="not_applicable") for rule in judgement.wish.rules
    )
    assert "没有一条规则适用于本机" in page_of(judged(findings=nothing)).text


def test_what_was_not_seen_is_said_with_the_age_of_what_was_kept(judged):
    judgement = judged()
    walk = section_of(1, {}, {}, taken_at=judgement.at - timedelta(days=9))
    text = page_of(judged(walk=walk)).text
    unseen = text[text.index("What could not be seen") :]
    assert "/etc/sudoers" in unseen
    assert "walk 采集于 2026-04-22" in unseen


def test_rules_named_one_by_one_show_only_their_clauses(judged, wish):
    rule = next(rule for rule in wish.rules if len(embedded_controls(3).clauses_of(rule.id, 3)) == 1)
    alone = wish._replace(rules=(rule,), chosen=True)
    found = (Finding(rule=rule.id, severity=rule.severity, verdict="pass"),)
    text = page_of(judged(wish=alone, findings=found)).text
    table = text[text.index("Clauses at level 3") : text.index("Findings and what to do")]
    clauses = [clause.id for clause in embedded_controls(3).clauses if clause.level == 3 and clause.id in table]
    assert clauses == [clause.id for clause in embedded_controls(3).clauses_of(rule.id, 3)]


@pytest.mark.slow
def test_a_browser_shows_and_prints_it(judged, tmp_path):
    """The policy lets the page's own style through, and paper has all that the screen has."""
    chromium = need_program("chromium", "chromium")
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    with page.open("w", encoding="utf-8") as out:
        write_html(judged(), out)
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile", "--enable-logging"]
    command = [chromium, *options, f"--print-to-pdf={printed}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert printed.read_bytes().startswith(b"%PDF")
    assert "Content Security Policy" not in done.stderr

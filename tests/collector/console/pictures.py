"""Draws the pages for the README: `python -m tests.collector.console.pictures docs/images [FOLDER-FOR-ALL-PAGES]`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from rongdun_collector.assessment.ruleset import load_ruleset
from rongdun_collector.signin.passwords import hash_password
from rongdun_collector.store import accounts
from tests.collector.console.demo_fleet import live, make_machines
from tests.collector.serving import Clock, Collector, serving

ROOT = Path(__file__).parents[3]
HOSTS = 30
SIZE = {"width": 1440, "height": 900}


def main(images: Path, everything: Path | None) -> None:
    """Let a fleet live for some days, and draw it."""
    folder = Path(tempfile.mkdtemp(prefix="rongdun-pictures-"))
    rules = load_ruleset((ROOT / "rules/linux-baseline",), ROOT / "rules/controls/gbt22239-2019.yaml")
    try:
        machines = make_machines(folder / "trees", HOSTS)
        with (
            serving(f"sqlite:///{folder / 'fleet.sqlite'}", rules, Clock(), folder) as collector,
            sync_playwright() as driver,
        ):
            live(collector, machines)
            chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            spoilt = f"/hosts/{machines[5].agent.host}"
            draw(chromium, collector, "/", images / "console-overview.png")
            draw(chromium, collector, f"{spoilt}#only-root-has-uid-0", images / "console-host.png", top=True)
            pages = {
                "hosts": "/hosts",
                "history": f"{spoilt}/history",
                "agent": f"{spoilt}/agent",
                "facts": f"{spoilt}/facts",
            }
            pages |= {
                "overview": "/",
                "host": spoilt,
                "section": f"{spoilt}/facts/sshd",
                "missing": "/nothing",
                "docs": "/docs",
            }
            for name, path in pages.items() if everything else ():
                draw(chromium, collector, path, everything / f"{name}.png")
            with collector.services.store.write() as connection:
                accounts.put_administrator(connection, "lin", hash_password("correct horse battery"), collector.clock())
            if everything:
                draw(chromium, collector, "/login", everything / "login.png")
            chromium.close()
    finally:
        shutil.rmtree(folder)


def draw(chromium: Browser, collector: Collector, path: str, to: Path, *, top: bool = False) -> None:
    """Draw one page; `top` shows its beginning even where the address leads further down."""
    to.parent.mkdir(parents=True, exist_ok=True)
    page = chromium.new_page(viewport=SIZE, locale="zh-CN", base_url=collector.url)
    page.goto(path)
    if top:
        page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=to)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)

"""Write the Grafana pages as JSON: `python -m dashboards.build` (`make generate`)."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards import drill, posture

FOLDER = Path(__file__).parent / "json"
PAGES = {"posture.json": posture.build, "drill.json": drill.build}
"""Each page by its file."""


def render(name: str) -> str:
    """A page's JSON as it is committed."""
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(PAGES[name]().build()) + "\n"


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    for name in PAGES:
        (FOLDER / name).write_text(render(name), encoding="utf-8")


if __name__ == "__main__":
    main()

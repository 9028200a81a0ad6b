"""Write all pages into the folder that is named."""

import sys
from pathlib import Path

from docs.reference_pages import pages

if __name__ == "__main__":
    for name, text in pages().items():
        place = Path(sys.argv[1]) / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")

"""The pictures of the READMEs: a built folder goes in; pages of it as a reader sees them come out, in `docs/images`.

    python -m tests.screenshots build

Needs Chromium, as the browser tests do. The same build gives the same pictures on one machine; fonts differ between machines.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.browser import Browser

IMAGES: Final = Path(__file__).parent.parent / "docs" / "images"
PICTURES: Final = {
    "manual-on-a-phone": ("manuals/guide.{lang}.html", 390, 780, "article"),
    "diagram": ("diagrams/campaign.{lang}.svg", 530, 700, ""),
}
"""Name → page, width and height in pixels, and what stands at the top of the picture."""


def main() -> None:
    """Take every picture in both languages."""
    built = Path(sys.argv[1])
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, Browser(Path(profile)) as browser:
        for name, (path, width, height, top) in PICTURES.items():
            for lang in ("zh-CN", "en"):
                page = browser.page(width, height).open(built / path.format(lang=lang))
                if top:
                    page.run(f"document.querySelector({top!r}).scrollIntoView()")
                (IMAGES / f"{name}.{lang}.png").write_bytes(page.screenshot(whole=False))


if __name__ == "__main__":
    main()

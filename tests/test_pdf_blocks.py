"""Every kind of block on paper, whatever is written in it; and the data that the layouts see, word for word.

`SOPKIT_REGENERATE=1 pytest tests/test_pdf_blocks.py` writes `golden/print-data.json` anew instead of comparing; read the difference.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it has annotations, but says nowhere that they are for us
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopkit.render.document import Diagram, Document, Section, text
from sopkit.render.drawing import parted
from sopkit.render.fonts import unshown
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.print_data import print_data
from sopkit.render.templating import Templates
from sopkit.text import LANGS
from tests.paper import DRAWING, paper

GOLDEN: Final = Path(__file__).parent / "golden" / "print-data.json"
REGENERATE: Final = bool(os.environ.get("SOPKIT_REGENERATE"))
AS_OF: Final = date(2026, 7, 1)


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    with Typesetter(Templates(), AS_OF) as made:
        yield made


def test_the_data_of_every_block_is_this() -> None:
    shown = json.dumps(print_data(paper("看 <b>#x</b> 新客 welcome/hello-again")), ensure_ascii=False, indent=1) + "\n"
    if REGENERATE:
        GOLDEN.write_text(shown, "utf-8")
    assert shown == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("letter", ["a", "汉", "😀", "“"])
def test_what_is_said_beside_the_pages_may_be_long(letter: str, typesetter: Typesetter) -> None:
    """What a long flow is in words may be more than PDF lets be said of a picture."""
    said = f"{letter * 7} " * 2500
    drawn = Section("s", text("章"), (Diagram("d", "图", DRAWING, said),))
    pdf = pypdfium2.PdfDocument(to_pdf(Document("manual", "zh-CN", said, said, (drawn,)), typesetter))
    title = pdf.get_metadata_value("Title")
    assert len(title) > 3000
    assert title.endswith("…")


@pytest.mark.parametrize("form", ["manual", "checklist", "index"])
def test_every_block_says_its_words_in_every_form(form: str, typesetter: Typesetter) -> None:
    document = replace(paper("暗号七号"), form=form)  # type: ignore[arg-type]
    said = read(to_pdf(document, typesetter))
    assert said.count("暗号七号") > 40


def read(data: bytes) -> str:
    pdf = pypdfium2.PdfDocument(data)
    return "".join("".join(sheet.get_textpage().get_text_bounded() for sheet in pdf).split())


@pytest.mark.long
@given(words=st.text(min_size=1, max_size=60), lang=st.sampled_from(LANGS))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_becomes_a_pdf(words: str, lang: str, typesetter: Typesetter) -> None:
    # A mark on a letter of another script is refused by name, which has its own test.
    shown = "".join(char for char in words if not unshown({char}) and (char < "\u0300" or char.isalnum()))
    document = paper(f"始{shown}终", lang)  # type: ignore[arg-type]
    said = read(to_pdf(document, typesetter))
    assert "始" in said
    assert "终" in said


def test_the_words_of_a_drawing_are_taken_out_with_their_place_and_look() -> None:
    shapes = parted(DRAWING)
    (words,) = shapes.words
    assert (words.x, words.y, words.size, words.anchor) == (34, 22, 12, "middle")
    assert (words.colour, words.bold, words.text) == ("#123456", True, "图 <1>")
    assert "<text" not in shapes.svg
    assert "var(" not in shapes.svg
    assert (shapes.width, shapes.height) == (80, 40)


@pytest.mark.long
def test_neither_the_seed_of_hashes_nor_the_zone_changes_a_byte() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("0", "UTC"), ("7", "Asia/Shanghai"))
    }
    assert len(digests) == 1


SCRIPT: Final = """
import hashlib, sys
from datetime import date
from sopkit.render.pdf import Typesetter, to_pdf
from sopkit.render.templating import Templates
from tests.paper import paper
with Typesetter(Templates(), date(2026, 7, 1)) as typesetter:
    print(hashlib.sha256(to_pdf(paper("看"), typesetter)).hexdigest())
"""

"""JSON for machines: laid out as the standard library does, whatever is in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopkit.render.findings_json import Json, json_text

TEXTS = st.text(max_size=6)
DOCUMENTS: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_it_is_laid_out_as_the_standard_library_does(document: Json) -> None:
    assert json_text(document) == json.dumps(document, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize(
    ("text", "written"), [("\ud800", "\\\\ud800"), ("a\udc80b", "a\\\\udc80b"), ("短信\n", "短信\\n")]
)
def test_half_a_character_is_written_as_an_escape(text: str, written: str) -> None:
    assert json_text([text]) == f'[\n  "{written}"\n]\n'

"""What a check found, as a document: every finding with its course in time, in both languages and both forms."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Final

import pytest

from sopkit import pipeline
from sopkit.diagnostics import Finding, Moment
from sopkit.pipeline import Compilation
from sopkit.render.check_report import Results, check_report
from sopkit.render.finding_blocks import course, quoted
from sopkit.render.html import to_html
from sopkit.render.manual.front import Edition
from sopkit.render.markdown import to_markdown
from sopkit.render.marks import plain
from sopkit.render.templating import Templates
from sopkit.render.unjudged import unjudged_said
from sopkit.render.wording.names import Names
from sopkit.rules.caps import OVER_TOUCH
from sopkit.source import Source
from sopkit.text import LANGS, Lang

TODAY: Final = date(2026, 7, 1)


def judged(text: str = OVER_TOUCH.bad) -> Compilation:
    return pipeline.compile([Source("sopkit.yaml", text.encode())], today=TODAY)


def pages(done: Compilation, lang: Lang) -> tuple[str, str]:
    results = Results(done.findings, done.proved, done.not_assessed, unjudged_said(done))
    document = check_report(results, Edition(TODAY), Names(done.workspace, lang))
    return html.unescape(re.sub("<[^>]*>", "", to_html(document, Templates()))), to_markdown(document)


def broken(done: Compilation) -> Finding:
    (one,) = [one for one in done.findings if one.rule is OVER_TOUCH]
    return one


def words(text: str) -> str:
    """Return what is said, without the writers' marks and line breaks."""
    return re.sub(r"[\s`*>\\]", "", text)


@pytest.mark.parametrize("lang", LANGS)
def test_each_moment_of_a_course_stands_there_with_day_time_and_place(lang: Lang) -> None:
    done = judged()
    one = broken(done)
    assert len(one.timeline) >= 3
    for page in map(words, pages(done, lang)):
        for moment in one.timeline:
            assert words(f"{moment.at:%Y-%m-%d}") in page
            assert words(f"{moment.at:%H:%M}") in page
            assert words(moment.what.within(lang)) in page
        assert f"sopkit.yaml:{one.span.line}" in page
        assert words(quoted(one.span)) in page
        assert words(one.message(lang)) in page
        assert words(one.fix(lang)) in page
        assert words(one.rule.why.within(lang)) in page


def test_only_what_breaks_the_promise_is_marked() -> None:
    one = broken(judged())
    shown = course(one.timeline, "en")
    assert shown is not None
    marked = [plain(entry.what[0]).startswith("●") for entry in shown.entries]
    assert marked == [moment.counted for moment in one.timeline]
    assert {True, False} == set(marked)
    assert "●" in plain(shown.caption)
    calm = tuple(Moment(one.at, one.what, one.span) for one in one.timeline)
    unmarked = course(calm, "en")
    assert unmarked is not None
    assert "●" not in plain(unmarked.caption)
    assert course((), "en") is None


@pytest.mark.parametrize("lang", LANGS)
def test_what_was_proved_stands_with_what_it_rests_on_and_what_was_not_assessed_is_not_clean(lang: Lang) -> None:
    done = judged(OVER_TOUCH.good)
    assert done.proved
    for page in map(words, pages(done, lang)):
        for proof in done.proved:
            assert words(proof.statement.within(lang)) in page
            for given in proof.assumptions:
                assert words(given.within(lang)) in page
        assert {"zh-CN": "没能判断", "en": "Notassessed"}[lang] not in page
    bare = judged(OVER_TOUCH.good.replace("caps:", "meta: {} #"))
    assert bare.not_assessed
    for page in map(words, pages(bare, lang)):
        assert {"zh-CN": "不等于没有问题", "en": "Notassessedisnotclean"}[lang] in page
        for left in bare.not_assessed:
            assert words(left.reason.within(lang)) in page


def test_what_an_author_wrote_can_forge_nothing() -> None:
    hostile = OVER_TOUCH.bad.replace("title: 示例", "title: '<script>alert(1)</script>\ufdd0strong\ufdd1x'").replace(
        "id: hi,", "id: hi, title: '<img src=x onerror=alert(1)>',"
    )
    done = judged(hostile)
    results = Results(done.findings, done.proved, done.not_assessed)
    page = to_html(check_report(results, Edition(TODAY), Names(done.workspace, "en")), Templates())
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("lang", LANGS)
def test_what_errors_keep_from_being_judged_stands_there(lang: Lang) -> None:
    held = {"en": "caps, consents, hours and deadlines", "zh-CN": "触达上限、同意、时段和时限"}[lang]
    for text, expected in ((OVER_TOUCH.bad, False), (OVER_TOUCH.bad.replace("owner: guide", "owner: guid"), True)):
        for page in pages(judged(text), lang):
            assert (held in page) is expected

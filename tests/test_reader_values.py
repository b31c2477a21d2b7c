"""What unquoted words, aliases, merge keys, documents and tags mean: YAML 1.2 core, or a refusal, never something else in silence."""

from __future__ import annotations

from math import inf, isnan

import pytest

from sopkit.diagnostics import Finding
from sopkit.reader import Reading, read, rules
from sopkit.source import Source
from sopkit.tree import Value
from tests.readings import written


def reading(text: str) -> Reading:
    return read(Source("a.yaml", text.encode()))


def codes(text: str) -> list[str]:
    return [finding.rule.code for finding in reading(text).findings]


def only(text: str) -> Finding:
    (finding,) = reading(text).findings
    return finding


MEANINGS: list[tuple[str, Value]] = [
    *((word, None) for word in ("null", "Null", "NULL", "~", "")),
    *((word, True) for word in ("true", "True", "TRUE")),
    *((word, False) for word in ("false", "False", "FALSE")),
    *((word, word) for word in ("on", "On", "OFF", "yes", "Yes", "NO", "no", "y", "n", "tRUE", "nULL", "None", "nil")),
    *(("0", 0), ("-0", 0), ("+1", 1), ("-12", -12), ("12", 12), ("0o14", 12), ("0x1F", 31), ("0xff", 255)),
    *((".5", 0.5), ("0.5", 0.5), ("12.", 12.0), ("-1.25", -1.25), ("1.5e+3", 1500.0), ("2.e-1", 0.2), ("-.5", -0.5)),
    *((".inf", inf), ("-.Inf", -inf), ("+.INF", inf)),
    *((word, word) for word in ("21:00", "190:20:30", "09:00-21:00", "2026-12-31", "2026-12-31T10:00:00Z", "2026-Q2")),
    *(
        (word, word)
        for word in ("1_000", "0x_1F", "0b101", "-0x1F", "0o8", "0X1F", "0O14", "1.2.3", "+", ".", "1e", "e3")
    ),
    *(
        (word, word)
        for word in ("30s", "15%", "99 CNY", "1h..3h", "≥ 15%", "< 8%", "=", "0..5", ".infinity", "NaN", "inf")
    ),
    *((word, word) for word in ("１２", "１", "٣", "Ⅳ")),
]


@pytest.mark.parametrize(("word", "value"), MEANINGS, ids=repr)
def test_an_unquoted_word_means_what_the_core_schema_says(word: str, value: Value) -> None:
    read_as = reading(f"a: {word}\nb: [{word}]\n")
    assert read_as.findings == ()
    assert repr(read_as.trees[0].value) == repr({"a": value, "b": [value] if word else []})
    for quoted in (f'"{word}"', f"'{word}'"):
        assert reading(f"a: {quoted}\n").trees[0].value == {"a": word}


def test_nan_is_a_number() -> None:
    for word in (".nan", ".NaN", ".NAN"):
        value = reading(f"a: {word}\n").trees[0].value
        assert isinstance(value, dict)
        assert isinstance(value["a"], float)
        assert isnan(value["a"])


@pytest.mark.parametrize(
    "word",
    ["010", "00", "007", "-07", "+01", "08.5", "014", "1e3", "1E3", "1.5e3", "12e-1", "9.9e+999", "1234567890123456", "0.1234567890123456"],
)  # fmt: skip
def test_what_programs_read_as_different_numbers_is_refused(word: str) -> None:
    finding = only(f"a: {word}\n")
    assert finding.rule is rules.AMBIGUOUS_NUMBER
    assert finding.span.excerpt() == word
    assert codes(f'a: "{word}"\n') == []


@pytest.mark.parametrize("word", ["123456789012345", "-123456789012345", "13800138000", "0.123456789012"])
def test_a_number_that_every_program_keeps_is_one(word: str) -> None:
    assert codes(f"a: {word}\n") == []


def test_keys_are_words_whatever_they_look_like() -> None:
    value = reading("on: a\nno: b\n1: c\n2026-12-31: d\ntrue: e\nnull: f\n~: g\n0o14: h\n").trees[0].value
    assert value == dict(zip(("on", "no", "1", "2026-12-31", "true", "null", "~", "0o14"), "abcdefgh", strict=True))


@pytest.mark.parametrize(
    ("text", "key", "line", "first"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", 3, 1),
        ('1: a\n"1": b\n', "1", 2, 1),
        ("null: a\n'null': b\n", "null", 2, 1),
        ("a: {b: 1, c: {d: 1}, b: 2}\n", "b", 1, 1),
        ("x: &x {y: 1}\na:\n  <<: *x\n  b: 1\n  <<: *x\n", "<<", 5, 3),
        ("x: &x\na:\n  *x : 1\n  *x : 2\n".replace("&x", "&x word"), "word", 4, 3),
    ],
)
def test_a_key_that_stands_twice_shows_both_places(text: str, key: str, line: int, first: int) -> None:
    finding = only(text)
    assert (finding.rule, finding.args["key"]) == (rules.DUPLICATE_KEY, key)
    assert (finding.span.line, finding.related[0].span.line) == (line, first)


def test_own_keys_beat_merged_ones_and_earlier_merged_ones_beat_later() -> None:
    text = (
        "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2, <<: {d: 9, c: 9}}\n"
        "one:\n  <<: *x\n  a: 0\ntwo:\n  a: 0\n  <<: [*x, *y]\nthree: {<<: {<<: *y, e: 5}}\nfour: {'<<': 1}\n"
    )
    value = reading(text).trees[0].value
    assert reading(text).findings == ()
    assert isinstance(value, dict)
    assert value["one"] == {"b": 1, "a": 0}
    assert value["two"] == {"a": 0, "b": 1, "c": 2, "d": 9}
    assert value["three"] == {"b": 2, "c": 2, "d": 9, "e": 5}
    assert value["four"] == {"<<": 1}, "a quoted << is a key like any other"


def test_a_key_that_is_dropped_does_not_shift_what_aliases_are_known() -> None:
    (tree,) = reading("x: &x [1, 2]\na: 1\na: {b: [1, 2, 3]}\nc: *x\n").trees
    (index,) = tree.aliased
    assert tree.find(("c",))[1] == index
    assert list(written(tree))


def test_an_alias_stands_for_what_was_written_and_knows_where_it_stands_itself() -> None:
    (tree,) = reading("list: &l [mon, tue]\nat: *l\nword: &w 您好\n*w : 1\nothers: [*l, *w]\n").trees
    assert tree.value == {
        "list": ["mon", "tue"],
        "at": ["mon", "tue"],
        "word": "您好",
        "您好": 1,
        "others": [["mon", "tue"], "您好"],
    }
    at = tree.find(("at",))[1]
    assert tree.span(at).excerpt() == "[mon, tue]"
    assert tree.source.text[slice(*tree.aliased[at])] == "*l"
    assert tree.source.text[slice(*tree.aliased[tree.find(("您好",))[0]])] == "*w"


def test_aliases_do_not_reach_into_other_documents() -> None:
    assert codes("a: &x [1]\nb: *x\n---\nc: *x\n") == ["SOP050"]


def test_documents_are_split_and_empty_ones_left_out() -> None:
    text = "# 只有注释\n---\n---\na: 1\n...\n---\n# 空\n---\nb: 2\n--- {c: 3}\n--- |\n  text\n"
    assert [tree.value for tree in reading(text).trees] == [{"a": 1}, {"b": 2}, {"c": 3}, "text\n"]
    assert codes(text) == []
    assert [reading(empty).trees for empty in ("", "\n", "# a\n", "\ufeff", "---\n", "---\n...\n")] == [()] * 6


def test_a_mistake_costs_only_its_own_document() -> None:
    read_as = reading("id: a\n---\nid: [b\n---\nid: c\n---\nid: 'd\n---\nid: e\n")
    assert [tree.value for tree in read_as.trees] == [{"id": "a"}, {"id": "c"}, {"id": "e"}]
    assert [(one.rule.code, one.span.line) for one in read_as.findings] == [("SOP027", 3), ("SOP025", 7)]
    assert not read_as.complete


def test_a_version_is_read_as_1_2_or_refused() -> None:
    assert reading("%YAML 1.2\n---\na: no\n").trees[0].value == {"a": "no"}
    for directive in ("%YAML 1.1", "%YAML 2.0", "%TAG !e! tag:example.com,2026:", "%TAG ! tag:example.com,2026:"):
        finding = only(f"{directive}\n---\na: no\n")
        assert (finding.rule, finding.span.excerpt()) == (rules.DIRECTIVE, directive)


TAGGED = ["!!python/object/apply:os.system [ls]", "!!binary aGk=", "!!set {a, b}", "!!str 1", "!own x", "! x"]
TAGGED += ["!<tag:a.b,2026:c> x", "!!timestamp 2026-12-31", "!!omap [a: 1]"]


@pytest.mark.parametrize("tagged", TAGGED)
def test_no_tag_is_obeyed(tagged: str) -> None:
    for text in (f"a: {tagged}\n", f"- {tagged}\n", f"a: [{tagged}]\n"):
        read_as = reading(text)
        assert [one.rule for one in read_as.findings] == [rules.TAG]
        assert read_as.trees == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark_change_neither_values_nor_lines(end: str) -> None:
    lines = ["kind: kpi", "text: |", "  您好", "  再见", 'b: "x', '  y"', "id: a", "id: b", ""]
    for mark in ("", "\ufeff"):
        read_as = reading(mark + end.join(lines))
        assert read_as.trees[0].value == {"kind": "kpi", "text": "您好\n再见\n", "b": "x y", "id": "a"}
        (finding,) = read_as.findings
        assert (finding.span.line, finding.span.column, finding.span.excerpt()) == (8, 1, "id")


def test_only_yaml_s_own_line_ends_count() -> None:
    source = Source("a.yaml", "a: 1\x85b\u2028c\u2029d\x0be\x0cf\nb: 2\n".encode())
    assert len(source.lines) == 3
    assert {finding.rule for finding in read(source).findings} == {rules.CONTROL_CHARACTER}
    assert all(not fix.safe for finding in read(source).findings for fix in finding.fixes), "two lines would be one"

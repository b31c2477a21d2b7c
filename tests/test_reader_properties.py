"""Whatever the bytes: reading never raises, places are what they claim, values are what YAML 1.2 says, parsers agree."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sopkit.fixing import apply_fixes
from sopkit.reader import Reading, read, rules
from sopkit.source import Source
from sopkit.tree import Value
from tests import yaml_oracle
from tests.readings import assert_inside, everything, spans, written
from tests.yaml_texts import ANY_TEXT

ODD_CHARACTERS = {
    rules.CONTROL_CHARACTER,
    rules.BIDIRECTIONAL_CHARACTER,
    rules.INVISIBLE_CHARACTER,
    rules.TAB_INDENT,
    rules.WIDE_BLANK,
}
"""Where one of these is found, values are read without the characters, and so differ from what is written."""

PLAYBOOKS = sorted((Path(__file__).parent.parent / "playbooks").rglob("*.yaml"))


def source(text: str) -> Source:
    return Source("a.yaml", text.encode("utf-8"))


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal, type by type, the order of keys left out; NaN equals NaN."""
    return repr(_sorted(one)) == repr(_sorted(other))


def _sorted(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@given(st.binary(max_size=300))
@settings(deadline=None)
@example(b"\xff\xfek\x00")
@example(b"\xef\xbb\xbf\xef\xbb\xbfa: 1\r\r\n\x00")
@example(b"a: \xed\xa0\x80")
def test_any_bytes_are_read_or_refused_and_never_raise(data: bytes) -> None:
    _check_places(read(Source("a.yaml", data)))


@given(st.text("a客\n\r", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_a_place_is_the_same_however_the_lines_are_counted(text: str, start: int, length: int) -> None:
    one, start = source(text), min(start, len(text))
    end = min(start + length, len(text))
    with patch("sopkit.source.SHORT", -1):
        listed = one.span(start, end)
    assert one.span(start, end) == listed


@pytest.mark.long
@given(ANY_TEXT)
@settings(max_examples=600, deadline=None)
def test_every_place_is_what_it_claims(text: str) -> None:
    _check_places(read(source(text)))


def _check_places(reading: Reading) -> None:
    for finding in reading.findings:
        for span in spans(finding):
            assert_inside(span)
    odd = any(finding.rule in ODD_CHARACTERS for finding in reading.findings)
    for tree in reading.trees:
        for what, value, index in written(tree):
            excerpt = tree.span(index).excerpt()
            if not odd and "\t" not in excerpt and not _is_marker(excerpt):
                assert _reads_as(excerpt, what, value)


def _is_marker(excerpt: str) -> bool:
    """Whether a line of it, taken alone, would begin or end a document."""
    return any(line.startswith(("---", "...")) for line in excerpt.split("\n"))


def _reads_as(excerpt: str, what: str, value: Value) -> bool:
    if excerpt == value or (not excerpt and value is None and what == "value"):
        return True
    if excerpt[0] in "|>":
        return isinstance(value, str) and value.split() == excerpt.partition("\n")[2].split()
    if what == "key":
        node = yaml.compose(excerpt, yaml_oracle.Nodes)
        return isinstance(node, yaml.ScalarNode) and node.value == value
    return same(yaml_oracle.scalar(excerpt), value)


@pytest.mark.long
@given(ANY_TEXT)
@settings(max_examples=600, deadline=None)
def test_values_are_those_of_another_reader_of_yaml_1_2(text: str) -> None:
    """PyYAML's own parser composes nodes; it is stricter than YAML 1.2 on `?` in brackets, and on tabs."""
    reading = read(source(text))
    if reading.findings or "\t" in text:
        return
    try:
        expected = yaml_oracle.documents(source(text).text)
    except yaml.YAMLError:
        assert "?" in text
        return
    values = [tree.value for tree in reading.trees]
    assert same(values, expected)
    if "<<" not in text:
        assert repr(values) == repr(expected), "keys stand in the order written"


@pytest.mark.long
@given(ANY_TEXT)
@settings(max_examples=600, deadline=None)
@example("- a\n{a: b")
@example("version: ![*a, |*a]01-0\n---")
@example("text: |#晨曦\n\u3000  您好\n1e3")
@example("%YA 1.1\n---\nid: a\n")
@example("[" * 1500)
def test_both_parsers_read_alike_and_so_do_events_and_nodes(text: str) -> None:
    by_python, by_events, by_nodes = (read(source(text), parser=parser) for parser in ("python", "c", None))
    assert everything(by_python) == everything(by_events) == everything(by_nodes)


@pytest.mark.long
def test_both_parsers_read_the_reference_playbooks_alike() -> None:
    assert PLAYBOOKS
    for path in PLAYBOOKS:
        one = Source(path.name, path.read_bytes())
        reading = read(one)
        assert everything(read(one, parser="python")) == everything(read(one, parser="c")) == everything(reading)
        assert not reading.findings
        _check_places(reading)
        assert same([tree.value for tree in reading.trees], yaml_oracle.documents(one.text))


KEYS = st.text("abkz_-晨曦", min_size=1, max_size=5).filter(lambda key: key.strip("-") == key)
SCALARS: st.SearchStrategy[Value] = (
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.text("ab 晨曦:#-'\"\\\n[]{},&*!|>%@`?=", max_size=12)
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@pytest.mark.long
@given(
    st.dictionaries(KEYS, VALUES, min_size=1, max_size=5),
    st.sampled_from((None, True, False)),
    st.sampled_from("'\"|>"),
)
@settings(max_examples=300, deadline=None)
@example({"_": ["\\a"]}, None, "|")
def test_what_another_program_writes_is_read_as_it_was(value: dict[str, Value], flow: bool | None, style: str) -> None:
    class Writer(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    Writer.add_representer(
        str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    )
    written_out = yaml.dump(value, Dumper=Writer, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    reading = read(source(written_out))
    assert everything(reading) == everything(read(source(written_out), parser="python"))
    if any(finding.rule is rules.UNQUOTED_COMPARISON for finding in reading.findings):
        assert style == ">"
        return
    assert reading.findings == ()
    assert same(reading.trees[0].value, value)
    _check_places(reading)


@pytest.mark.long
@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
@example("steps:\n\t- id: a\n\t  do: b\n")
@example("a：1\r\nb:2\r\n")
@example("a: {b：1，c：2}\n")
@example("target: >= 15%  # 目标\n")
@example("discount:\ufeff%15")
def test_safe_fixes_come_to_an_end_and_never_make_a_file_worse(text: str) -> None:
    """Each round changes nothing but what its findings point at; what could be read before is read as before."""
    one = source(text)
    for _ in range(60):
        reading = read(one)
        fixed = apply_fixes(reading.findings)
        if not fixed:
            break
        (after,) = fixed
        assert after.data != one.data
        again = read(Source("a.yaml", after.data))
        assert len(again.trees) >= len(reading.trees)
        one = Source("a.yaml", after.data)
    else:
        raise AssertionError("fixes that never end")
    assert apply_fixes(read(one).findings) == ()


def test_a_fix_that_would_lose_a_document_is_not_safe() -> None:
    """A colon too many: with a space behind the first the line can't be read at all."""
    text = "title: @所有人 今晚开播\r\n---\r\nsteps:\r\n  - {do: `code`, by::guide}"
    for _ in range(3):
        reading = read(source(text))
        fixed = apply_fixes(reading.findings)
        text = fixed[0].data.decode() if fixed else text
    assert "by::guide" in text
    assert [(one.rule.code, [fix.safe for fix in one.fixes]) for one in reading.findings] == [("SOP020", [False])]
    (after,) = apply_fixes(reading.findings, unsafe=True)
    assert "by: guide}" in after.data.decode()

"""Templates may come from a workspace: they are sandboxed, see plain data only, and escape whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError, TemplateNotFound, UndefinedError

from sopkit.render.templating import Plain, Templates, built_in, plain_data
from tests.documents import made, small, small_documents


def own(**texts: str) -> Templates:
    """Return templates of a workspace; `__` in a name stands for a dot."""
    given = {name.replace("__", "."): text for name, text in texts.items()}
    return Templates(given.get)


VALUES: dict[str, Plain] = {"title": "<b>&\"'", "list": ["a"], "map": {"key": "value"}}


@pytest.mark.parametrize("name", ["page__html__j2", "page__html", "drawing__svg", "drawing__svg__j2", "plain__txt"])
def test_whatever_its_suffix_a_template_for_html_escapes(name: str) -> None:
    said = own(**{name: "{{ title }}"}).html(name.replace("__", "."), VALUES)
    assert said == "&lt;b&gt;&amp;&#34;&#39;"


def test_a_template_for_plain_text_leaves_words_as_they_are() -> None:
    assert own(page__txt="{{ title }}").text("page.txt", {"title": "<b>&"}) == "<b>&"


@pytest.mark.parametrize(
    "text",
    [
        "{{ title.__class__ }}",
        "{{ title.__class__.__mro__[1].__subclasses__() }}",
        "{{ list.append('b') }}",
        "{{ map.update({'a': 1}) }}",
        "{{ map.clear() }}",
        "{{ list.sort() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ ''.__class__.__base__ }}",
        "{{ range.__self__ }}",
        "{{ '{0.__class__}'.format(title) }}",
        "{{ ('%s' | format(1)).__class__ }}",
        "{{ range(100000000) | list }}",
    ],
)
def test_a_template_reaches_nothing_but_its_values(text: str) -> None:
    with pytest.raises((SecurityError, UndefinedError, OverflowError)):
        own(page__html=text).html("page.html", VALUES)


def test_what_a_mapping_holds_comes_before_its_methods() -> None:
    values: dict[str, Plain] = {"it": {"items": "three", "__class__": "a word"}, "empty": {}}
    text = "{{ it.items }}, {{ it.__class__ }}, {{ empty.items() | list }}"
    assert own(page__txt=text).html("page.txt", values) == "three, a word, []"


@pytest.mark.parametrize("name", ["lipsum", "cycler", "joiner", "namespace", "open", "config", "request", "nothing"])
def test_an_unknown_name_is_an_error_and_never_an_empty_text(name: str) -> None:
    with pytest.raises(UndefinedError):
        own(page__html=f"{{{{ {name} }}}}").html("page.html", VALUES)


@pytest.mark.parametrize(
    "name",
    ["../pyproject.toml", "/etc/passwd", "init/../../README.md", "..", "", "no-such.html.j2", "a\\..\\b", "text"],
)
def test_a_template_includes_templates_only(name: str) -> None:
    assert built_in(name) is None
    with pytest.raises(TemplateNotFound):
        own(page__html=f"{{% include {name!r} %}}").html("page.html", VALUES)


@pytest.mark.long
def test_a_workspace_s_template_takes_the_place_of_ours() -> None:
    mine = {
        "text/how-to-use.en.txt": "Ask {{ brand }}.\n- One <point>\n",
        "text/how-to-use.zh-CN.txt": "问{{ brand }}。\n",
    }
    documents = made(small(), templates=Templates(mine.get))
    assert "Ask Aurora." in documents["manuals/all.en.html"]
    assert "<li>One &lt;point&gt;</li>" in documents["manuals/all.en.html"]
    assert "问晨曦。" in documents["manuals/all.zh-CN.md"]


def test_values_are_plain_before_a_template_sees_them() -> None:
    assert plain_data((1, "a", None, True)) == [1, "a", None, True]
    with pytest.raises(TypeError, match="no plain form"):
        plain_data(Path())
    with pytest.raises(TypeError, match="no plain form"):
        plain_data({"a": "b"})


def test_where_all_are_the_package_s_they_read_the_document_as_it_is() -> None:
    value = (1, ("a",))
    seen: object = Templates().seen(value)
    assert seen is value
    assert own().seen(value) == [1, ["a"]]


@pytest.mark.long
def test_a_page_is_the_same_whether_its_templates_see_the_document_or_plain_data() -> None:
    assert made(small(), templates=own()) == dict(small_documents())

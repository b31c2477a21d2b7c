"""A workspace's own templates: taken from its folder, rendered apart with limits, and to blame by file, line and document."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path
from unittest.mock import patch

import pytest

from sopkit import confined
from sopkit.cli import app
from sopkit.failure import DocumentFailedError
from sopkit.reader.templates import MOST_BYTES, MOST_FILES, find_templates
from sopkit.render import own_templates
from sopkit.render.document import Document
from sopkit.render.html import to_html
from sopkit.render.own_templates import OwnTemplates
from sopkit.render.templating import Templates, built_in
from tests.documents import SMALL
from tests.test_build import tree

PAGE = Document("index", "en", "Title", "", ())
BUILT_IN = built_in("document.html.j2") or ""
Build = Callable[..., tuple[int, str]]


def refused(**texts: str) -> DocumentFailedError:
    """Return how a page with these templates fails; `__` in a name stands for a dot."""
    with pytest.raises(DocumentFailedError) as caught:
        to_html(PAGE, OwnTemplates({name.replace("__", "."): text for name, text in texts.items()}))
    return caught.value


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    for path in SMALL.glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "templates").mkdir()
    return folder


@pytest.fixture
def build(workspace: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Build:
    def run(*arguments: str) -> tuple[int, str]:
        chosen = ("--only", "checklist", "--format", "html", "--as-of", "2026-07-01", *arguments)
        code = app.main(("--lang", "en", "build", str(workspace), "-o", str(tmp_path / "out"), *chosen))
        return code, capfd.readouterr().err

    return run


def test_what_a_workspace_puts_there_takes_the_place_of_ours(workspace: Path, build: Build, tmp_path: Path) -> None:
    own = BUILT_IN.replace("</body>", "<p>晨曦 brand line</p></body>")
    (workspace / "templates/document.html.j2").write_text(own, "utf-8")
    assert build() == (0, "")
    pages = list((tmp_path / "out/checklists").iterdir())
    assert pages
    assert all("晨曦 brand line" in page.read_text("utf-8") for page in pages)


@pytest.mark.long
def test_the_same_text_gives_the_same_page_apart_as_here() -> None:
    apart = to_html(PAGE, OwnTemplates({"document.html.j2": BUILT_IN}))
    assert apart == to_html(PAGE, Templates())


@pytest.mark.long
def test_an_error_names_template_line_and_document_and_the_former_output_stays(
    workspace: Path, build: Build, tmp_path: Path
) -> None:
    assert build()[0] == 0
    former = tree(tmp_path / "out")
    (workspace / "templates/document.html.j2").write_text("{# mine #}\n\n{{ document.colour.depth }}\n", "utf-8")
    code, err = build()
    assert code == 1
    assert "templates/document.html.j2:3: " in err
    assert re.search(r"the document checklists/[a-z-]+\.(daily|weekly)\.(zh-CN|en)\.html could not be made", err)
    assert "Traceback" not in err
    assert tree(tmp_path / "out") == former


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("ok\n{% for %}", "templates/document.html.j2:2", ""),
        ("{{ nothing }}", "templates/document.html.j2:1", "undefined"),
        ("\n{% include 'part.css' %}", "templates/part.css:2", "undefined"),
        ("{{ document.__class__ }}", "templates/document.html.j2:1", "unsafe"),
        ("\n\n{% include '/etc/passwd' %}", "templates/document.html.j2:3", "there is no template /etc/passwd"),
        ("{% include ['a.css', 'b.css'] %}", "templates/document.html.j2:1", "there is no template a.css, b.css"),
        ("{% include 'document.html.j2' %}", "templates/document.html.j2", "without end"),
        ("{{ range(10000000) | list | length }}", "templates/document.html.j2:1", "too big"),
        ("plain words", "templates/document.html.j2", "content security policy"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, place: str, said: str) -> None:
    error = refused(document__html__j2=text, part__css="a {\n{{ nothing }}\n}")
    assert error.place == place
    assert said in error.reason.en


@pytest.mark.parametrize(
    "own",
    [
        BUILT_IN.replace('<meta charset="utf-8">', "<script>alert(1)</script>"),
        BUILT_IN.replace("<html ", '<html onload="alert(1)" '),
        BUILT_IN.replace("{{ policy }}", "default-src *"),
        BUILT_IN.replace("</head>", '<meta http-equiv="refresh" content="0; url=https://example.com"></head>'),
        BUILT_IN.replace("<head>", '<head><meta HTTP-EQUIV="refresh" content="0; url=https://example.com">'),
        BUILT_IN.replace("<head>", '<head><link rel="stylesheet" href="https://example.com/a.css">'),
    ],
)
def test_no_template_takes_the_policy_off_a_page(own: str) -> None:
    assert own != BUILT_IN
    assert "content security policy" in refused(document__html__j2=own).reason.en


@pytest.mark.long
def test_a_template_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_templates, "SECONDS", 3.0)
    forever = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    assert refused(document__html__j2=forever).reason is own_templates.TOO_SLOW


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system sets no limit")
def test_a_template_that_takes_all_memory_is_stopped() -> None:
    assert refused(document__html__j2="{{ ('x' * 3000000000) | length }}").reason.en == own_templates.TOO_MUCH.en


@pytest.mark.long
def test_after_a_failure_the_next_document_is_made() -> None:
    templates = OwnTemplates(
        {"document.html.j2": BUILT_IN + "{% if document.title == 'bad' %}{{ nothing }}{% endif %}"}
    )
    with pytest.raises(DocumentFailedError):
        to_html(Document("index", "en", "bad", "", ()), templates)
    assert "<title>Title</title>" in to_html(PAGE, templates)


class TestFolder:
    def test_a_workspace_without_any_has_none(self, tmp_path: Path) -> None:
        assert find_templates(tmp_path) == {}

    def test_names_are_those_below_the_folder(self, workspace: Path) -> None:
        (workspace / "templates/text").mkdir()
        (workspace / "templates/text/how-to-use.en.txt").write_text("read me", "utf-8")
        (workspace / "templates/.hidden").write_text("no", "utf-8")
        (workspace / "templates/README.md").write_text("what these are", "utf-8")
        assert find_templates(workspace) == {"text/how-to-use.en.txt": "read me"}

    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("ticks.js", b"alert(1)", "no template"),
            ("document.css", b"a" * (MOST_BYTES + 1), "KB"),
            ("document.css", "a\nb\u00e9".encode("latin-1"), "UTF-8"),
        ],
    )
    def test_what_is_no_template_is_refused_by_name(self, workspace: Path, name: str, data: bytes, said: str) -> None:
        (workspace / "templates" / name).write_bytes(data)
        with pytest.raises(DocumentFailedError) as caught:
            find_templates(workspace)
        assert caught.value.place.startswith(f"templates/{name}")
        assert said in caught.value.reason.en

    def test_too_many_are_refused(self, workspace: Path) -> None:
        for number in range(MOST_FILES + 1):
            (workspace / f"templates/{number}.css").write_text("", "utf-8")
        with pytest.raises(DocumentFailedError) as caught:
            find_templates(workspace)
        assert str(MOST_FILES) in caught.value.reason.en

    def test_no_link_leads_out(self, workspace: Path, tmp_path: Path) -> None:
        (tmp_path / "secret.css").write_text("secret", "utf-8")
        (workspace / "templates/document.css").symlink_to(tmp_path / "secret.css")
        with pytest.raises(DocumentFailedError) as caught:
            find_templates(workspace)
        assert "not in the workspace" in caught.value.reason.en


def test_a_process_apart_ends_without_a_word_where_whoever_asked_has_ended() -> None:
    """A build that fails ends its copies; what one of them asked for may be answered after that."""
    asker, line = Pipe()
    asker.send("question")

    def answer(_: str) -> str:
        asker.close()
        return "answer"

    with patch.object(confined, "_limit"):
        confined.serve(line, lambda: answer, (), 0)
    assert asker.closed


def endless() -> Callable[[str], str]:
    """Return what tells in a file who it is, and then answers no more."""

    def answer(place: str) -> str:
        Path(place).write_text(f"{os.getpid()}.", "utf-8")
        while True:
            pass

    return answer


def ends(process: int, seconds: float = 20.0) -> bool:
    """Whether a process is gone before so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="signal 0 is no question there")
def test_a_process_apart_ends_with_the_one_that_asked(tmp_path: Path) -> None:
    """Documents are made by copies, which are killed when one of them fails: a loop without end would go on for ever."""
    place = tmp_path / "who"
    asking = f"confined.Confined(test_own_templates.endless, seconds=60, memory=1 << 30).ask({str(place)!r})"
    code = f"from sopkit import confined\nfrom tests import test_own_templates\n{asking}"
    with subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent.parent) as asker:
        until = time.monotonic() + 60
        while not (place.is_file() and place.read_text("utf-8").endswith(".")) and time.monotonic() < until:
            time.sleep(0.05)
        asker.kill()
    assert ends(int(place.read_text("utf-8").rstrip(".")))

"""Logs in which every field says something personal go in; no form of the report, and no line of the audit, repeats any of it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pypdf
import pytest

from sopkit.logs.tables import FIELDS, Of
from sopkit.text import LANGS, Lang
from tests.commands import Run, runner

PLANTED: Final = "Zhao138001"
"""Stands in every planted value, whatever the value says besides."""
NAMES: Final[Mapping[str, str]] = {
    "customer": "Zhao138001{n:05}",
    "run": "case of Zhao138001{n:05}",
    "staff": "Zhao138001{n:05}@example.com",
    "shop": "shop of Zhao138001{n:05}",
}
"""Whose rows belong together: the same value each time."""
SOME: Final = 7
"""Of so many rows one says what nobody declared, in each field by turns."""
NOTE: Final = "ring Zhao138001 at home"
FORMS: Final = ("html", "pdf", "docx", "xlsx", "json")


def personal(of: Of, text: str) -> str:
    """Return a log with personal data in every field: its ids are names, some rows hold free text, one cannot be read."""
    rows = list(csv.DictReader(io.StringIO(text)))
    numbers: dict[tuple[str, str], int] = {}
    free = [one.name for one in FIELDS[of] if one.form == "name" and one.name not in NAMES]
    for number, row in enumerate(rows):
        for field, said in NAMES.items():
            if row.get(field):
                row[field] = said.format(n=numbers.setdefault((field, row[field]), len(numbers)))
        if free and number % SOME == 0:
            row[free[number // SOME % len(free)]] = f"<b>{NOTE}</b> '; =1+1"
        row["note"] = NOTE
    time = next((one.name for one in FIELDS[of] if one.form == "time"), None)
    if time and len(rows) > 200:
        rows[3][time] = f"{NOTE} at noon"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["sync", "changed"])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every file with all that can be read in it."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        match path.suffix:
            case ".docx" | ".xlsx":
                with zipfile.ZipFile(path) as packed:
                    parts = [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
                yield path.name, "\n".join(parts + [re.sub(r"<[^>]*>", "", part) for part in parts])
            case ".pdf":
                reader = pypdf.PdfReader(path)
                pages = "\n".join(page.extract_text() for page in reader.pages)
                yield path.name, f"{pages}\n{reader.metadata}\n{data.decode('latin-1')}"
            case _:
                yield path.name, data.decode("utf-8", "replace")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGS)
def test_nothing_personal_reaches_any_form_of_the_report(tmp_path: Path, run: Run, lang: Lang) -> None:
    brand, logs, out = tmp_path / "brand", tmp_path / "logs", tmp_path / "audit"
    day = ("--as-of", "2026-07-01", "--lang", lang)
    assert run("init", str(brand), "--example", "retail", "--lang", lang)[0] == 0
    assert run("logs", "generate", str(brand), "--customers", "300", "--plant", "all=1", "-o", str(logs), *day)[0] == 0
    declared = "logs:\n"
    for of in FIELDS:
        path = logs / f"{of}.csv"
        path.write_text(personal(of, path.read_text("utf-8")), encoding="utf-8")
        declared += f"  {of}: {{of: {of}, file: {of}.csv, at_most_bad: 60%}}\n"
    settings = brand / "sopkit.yaml"
    settings.write_text(settings.read_text("utf-8") + declared, encoding="utf-8")
    code, said, told = run("audit", str(brand), "--log", str(logs), "-o", str(out), "--show-queries", *day)
    assert (code, "SOP980" in said) == (1, True), told
    found = dict(texts(out))
    assert {f"practice.{form}" for form in FORMS} | {"set-aside.csv"} <= set(found)
    assert all("SOP980" in found[f"practice.{form}"] for form in FORMS)
    for name, text in {**found, "the terminal": said + told}.items():
        bare = re.sub(r"\s+", "", text)
        assert PLANTED not in bare, (name, bare[max(0, bare.find(PLANTED) - 200) :][:300])

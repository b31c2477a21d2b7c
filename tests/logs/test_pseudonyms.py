"""Pseudonyms: the same under one key, other under another; the key is kept for its owner alone and out of git."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopkit.logs.pseudonyms import KEY_FILE, KeyTooShortError, Pseudonyms, pseudonyms

ONE, OTHER = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_name_says_nothing_and_stays(id_: str) -> None:
    name = ONE.of("customer", id_)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", name)
    assert name == ONE.of("customer", id_)
    assert len({name, ONE.of("staff", id_), OTHER.of("customer", id_)}) == 3


def test_a_half_of_a_pair_of_code_units_has_a_name_too() -> None:
    assert ONE.of("customer", "\ud800") != ONE.of("customer", "\ud801")


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = pseudonyms(tmp_path, {})
    assert pseudonyms(tmp_path, {}).of("customer", "a") == first.of("customer", "a")
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / ".sopkit").iterdir() if one.name != ".gitignore"] == ["log-key"]


def test_git_does_not_see_the_key_and_sees_what_it_saw(tmp_path: Path) -> None:
    ignored = tmp_path / ".sopkit" / ".gitignore"
    ignored.parent.mkdir()
    ignored.write_text("old\n")
    pseudonyms(tmp_path, {})
    pseudonyms(tmp_path, {})
    assert ignored.read_text() == "old\nlog-key\n"


def test_a_key_from_the_environment_is_taken_unless_it_is_short(tmp_path: Path) -> None:
    long = {"SOPKIT_LOG_KEY": "a long sentence that nobody guesses"}
    assert pseudonyms(tmp_path, long).of("customer", "a") != pseudonyms(tmp_path, {}).of("customer", "a")
    with pytest.raises(KeyTooShortError):
        pseudonyms(tmp_path, {"SOPKIT_LOG_KEY": "secret"})

"""Names that students chose."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.names import UnsafeName, at_most, catalogue, clean_path, decode_legacy, printable, show_name

any_text = st.text() | st.text("./\\aA:é\u202e\0")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../a.py", "its name leads out of the submission with '..'"),
        ("a/../../b.py", "its name leads out of the submission with '..'"),
        ("/etc/passwd", "its name is an absolute path"),
        ("C:/a.py", "its name is an absolute path"),
        ("c:a.py", "its name is an absolute path"),
        ("a\0.py", "its name holds characters that cannot be seen"),
        ("a\n.py", "its name holds characters that cannot be seen"),
        ("a\u202eyp.exe", "its name holds characters that cannot be seen"),
        ("a\u2066.py", "its name holds characters that cannot be seen"),
        ("a\udcff.py", "its name holds characters that cannot be seen"),
        ("a\\b.py", "its name holds a backslash"),
        ("", "its name is empty, too long or too deep"),
        ("./", "its name is empty, too long or too deep"),
        ("x" * 300, "its name is empty, too long or too deep"),
        ("長" * 80, "its name is empty, too long or too deep"),
        ("a/" * 20 + "b", "its name is empty, too long or too deep"),
    ],
)
def test_unsafe_name_is_refused_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(UnsafeName) as caught:
        clean_path(name)
    assert str(caught.value) == reason


def test_harmless_names_are_made_canonical() -> None:
    assert clean_path("./a//b/./c d.py") == "a/b/c d.py"
    assert clean_path(unicodedata.normalize("NFD", "é.py")) == "é.py"
    assert clean_path("می\u200cخواهم.py") == "می\u200cخواهم.py"
    assert clean_path("...") == "..."


@settings(deadline=None)
@given(any_text)
def test_clean_path_stays_below_any_folder(name: str) -> None:
    try:
        path = clean_path(name)
    except UnsafeName:
        return
    pure = PurePosixPath(path)
    assert not pure.is_absolute()
    assert not {"..", ".", ""} & set(pure.parts)
    assert clean_path(path) == path == str(pure)
    assert path.encode()


@settings(deadline=None)
@given(any_text)
def test_shown_name_is_short_visible_and_utf8(name: str) -> None:
    shown = show_name(name)
    assert len(shown) <= 80 + 2
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown)
    assert shown.encode()
    assert printable(printable(name)) == printable(name)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_have_a_legacy_reading(raw: bytes) -> None:
    assert isinstance(decode_legacy(raw), str)


def test_big5_name_holds_no_backslash() -> None:
    raw = "功課/model.py".encode("big5")
    assert b"\\" in raw
    assert decode_legacy(raw) == "功課/model.py"


def test_same_name_twice_is_left_out_altogether() -> None:
    found, notes = catalogue([("model.py", 1), ("./model.py", 2), ("a.py", 3)], ("model.py",))
    assert found == {"a.py": 3}
    assert notes == ("'model.py' is left out: it is there 2 times; hand in one",)


def test_names_that_a_disk_confuses_leave_the_wanted_one() -> None:
    found, notes = catalogue([("Model.py", 1), ("model.py", 2), ("É.py", 3), ("e\u0301.py", 4)], ("model.py",))
    assert found == {"model.py": 2}
    assert notes == (
        "'Model.py' is left out: some disks cannot tell 'Model.py', 'model.py' apart; keep one",
        "'É.py' is left out: some disks cannot tell 'É.py', 'é.py' apart; keep one",
        "'é.py' is left out: some disks cannot tell 'É.py', 'é.py' apart; keep one",
    )


def test_wanted_name_twice_and_a_twin_leave_nothing() -> None:
    found, notes = catalogue([("model.py", 1), ("model.py", 2), ("MODEL.py", 3)], ("model.py",))
    assert found == {}
    assert len(notes) == 2


def test_path_below_a_file_is_left_out() -> None:
    found, notes = catalogue([("lib.py/x.py", 1), ("lib.py", 2)], ())
    assert found == {"lib.py": 2}
    assert notes == ("'lib.py/x.py' is left out: 'lib.py' cannot be a file and a folder",)


@settings(deadline=None)
@given(st.lists(any_text))
def test_catalogue_can_be_laid_out_on_any_disk(names: list[str]) -> None:
    found, notes = catalogue([(name, None) for name in names], ("a",))
    assert len({path.casefold() for path in found}) == len(found)
    assert not any(other.startswith(f"{path}/") for path in found for other in found)
    assert all(note.encode() for note in notes)


def test_many_notes_are_cut_off_and_counted() -> None:
    assert at_most(["a", "b", "c"], 2) == ("a", "b", "and 1 more notes of this kind")
    assert at_most(["a", "b"], 2) == ("a", "b")

"""What a student handed in, as bytes."""

from __future__ import annotations

import codecs
import pickle
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submission import SourceError, Submission, decode_source


def submission(**files: bytes) -> Submission:
    return Submission("ada", {f"{name}.py": data for name, data in files.items()})


def test_source_is_the_modules_text() -> None:
    assert submission(model="é = 1\n".encode()).source("model") == "é = 1\n"


def test_source_of_a_missing_module_is_none() -> None:
    assert submission().source("model") is None


def test_source_of_an_undecodable_module_is_none() -> None:
    assert submission(model=b"# \xff\n").source("model") is None


def test_byte_order_mark_is_dropped() -> None:
    assert decode_source(codecs.BOM_UTF8 + b"x = 1\n") == "x = 1\n"


def test_line_ends_of_windows_become_newlines() -> None:
    assert decode_source(b"x = 1\r\ny = 2\r") == "x = 1\ny = 2\n"


@pytest.mark.parametrize("codec", ["big5", "gbk", "Big5-HKSCS", "latin-1"])
def test_encoding_cookie_is_respected(codec: str) -> None:
    text = f"# coding: {codec}\nname = '{'é' if codec == 'latin-1' else '作業'}'\n"
    assert decode_source(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["punycode", "rot13", "unicode_escape", "utf-16", "zip", "idna"])
def test_exotic_encoding_cookie_is_refused(codec: str) -> None:
    with pytest.raises(SourceError, match="save it as UTF-8"):
        decode_source(f"# coding: {codec}\nx = 1\n".encode())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x = 1\ny = 2\nz = '\xe9'\n", "byte 17 is not UTF-8; save it as UTF-8"),
        (b"'\xe9'\n", "byte 1 is not UTF-8; save it as UTF-8"),
        ("x = 1\n".encode("utf-16"), "byte 0 is not UTF-8; save it as UTF-8"),
        ("x".encode("utf-16-le"), "byte 1 is zero, as in no Python file; save it as UTF-8"),
        (b"# coding: nonsense\n", "(unknown encoding: nonsense); save it as UTF-8"),
        (b"# coding: hz\n", "its first lines ask for the encoding 'hz'; save it as UTF-8"),
    ],
)
def test_error_names_byte_and_remedy(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode_source(data)
    assert message in str(caught.value)


@settings(deadline=None)
@given(st.binary() | st.binary().map(lambda tail: b"# coding: " + tail))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    with suppress(SourceError):
        assert "\0" not in decode_source(data)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_text_survives(text: str) -> None:
    data = b"#\n#\n" + text.encode()  # no cookie can stand in the third line
    assert decode_source(data) == data.decode()


def test_digest_ignores_the_order_of_files() -> None:
    one = Submission("ada", {"a.py": b"1", "b.py": b"2"})
    other = Submission("ada", {"b.py": b"2", "a.py": b"1"})
    assert one.digest() == other.digest()


@pytest.mark.parametrize(
    "other",
    [
        Submission("ada", {"a.py": b"1", "b.py": b"3"}, ("note",)),
        Submission("ada", {"a.py": b"1", "c.py": b"2"}, ("note",)),
        Submission("ada", {"a.py": b"1b.py", "": b"2"}, ("note",)),
        Submission("ada", {"a.py": b"1", "b.py": b"2"}, ("other",)),
        Submission("ada", {"a.py": b"1", "b.py": b"2"}, ("note",), "a disk error"),
    ],
)
def test_digest_covers_names_contents_and_notes(other: Submission) -> None:
    assert Submission("ada", {"a.py": b"1", "b.py": b"2"}, ("note",)).digest() != other.digest()


def test_submission_can_be_sent_to_another_process() -> None:
    sent = Submission("ada", {"a.py": b"1"}, ("note",))
    assert pickle.loads(pickle.dumps(sent)) == sent

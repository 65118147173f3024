"""dataset.toml: what is read, and what is refused with file, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.datasets.description import Schema, read_description
from grader.errors import ContentError


def edit(folder: Path, old: str, new: str) -> str:
    """Changes the manifest; returns the error it now gives, without the path in front."""
    path = folder / "dataset.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ContentError) as caught:
        read_description(folder)
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_manifest_is_read(tiny: Path):
    about = read_description(tiny)
    assert (about.name, about.schema, about.world_seed, about.split_seed) == ("tiny", Schema((2,)), 1, 2)
    assert about.files[0].addresses == (
        "https://drive.google.com/uc?id=id-of-a",
        "https://example.org/a.txt",
    )
    assert about.files[1].mirrors == ()


def test_the_name_is_the_folders(tiny: Path):
    assert edit(tiny, '"tiny"', '"small"') == "'name' must be its folder's name, 'tiny', not 'small'"


def test_an_unknown_key_is_named(tiny: Path):
    message = edit(tiny, "world_seed", "word_seed")
    assert message.startswith("[offline] 'word_seed' is not a known key (did you mean 'world_seed'?)")


def test_a_file_name_may_not_leave_the_folder(tiny: Path):
    message = edit(tiny, 'name = "a.txt"', 'name = "../a.txt"')
    assert message == "[real.files 1] 'name' must be a plain file name, not '../a.txt'"


def test_a_digest_has_64_digits(tiny: Path):
    message = edit(tiny, 'checksum = "', 'checksum = "0')
    assert message.startswith("[offline] 'checksum' must be a SHA-256, 64 digits of 0-9 and a-f, not")


def test_a_mirror_is_https(tiny: Path):
    message = edit(tiny, "https://example.org/a.txt", "http://example.org/a.txt")
    assert message == ("[real.files 1] 'mirrors' must begin with 'https://', not 'http://example.org/a.txt'")


@pytest.mark.parametrize("seed", ["-1", "1.0", "true"])
def test_a_seed_is_a_whole_number(tiny: Path, seed: str):
    message = edit(tiny, "split_seed = 2", f"split_seed = {seed}")
    assert message.startswith("[offline] 'split_seed' must be a whole number from 0 on, not ")


def test_the_shape_of_an_input_is_a_list_of_sizes(tiny: Path):
    message = edit(tiny, "inputs = [2]", "inputs = [0]")
    assert message == "[schema] 'inputs' must be a list of sizes such as [93] or ['T', 39], or 'text', not [0]"


@pytest.mark.parametrize(
    ("line", "schema"),
    [
        ('inputs = ["T", 39]', Schema((None, 39))),
        ('inputs = [32, 32, 3]\ndtype = "uint8"', Schema((32, 32, 3), "uint8")),
        ('inputs = "text"', Schema(None)),
    ],
)
def test_an_input_may_be_of_any_length_of_another_dtype_or_a_text(tiny: Path, line: str, schema: Schema):
    path = tiny / "dataset.toml"
    path.write_text(path.read_text().replace("inputs = [2]", line))
    assert read_description(tiny).schema == schema


def test_a_file_that_can_be_had_nowhere_is_refused(tiny: Path):
    message = edit(tiny, 'gdown = "id-of-b"\n', "")
    assert message.startswith("[real.files 2] 'gdown' is missing, and so is 'mirrors'")

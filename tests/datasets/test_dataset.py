"""Generated data: made once, checked, kept apart by version; splits are drawn and checked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from grader.datasets import load_dataset
from grader.errors import ContentError, DatasetError


def edit_generator(folder: Path, old: str, new: str) -> None:
    path = folder / "generator.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_data_are_generated_once(tiny: Path, tmp_path: Path):
    cache = tmp_path / "cache"
    folder = load_dataset(tiny).prepare(cache)
    assert load_dataset(tiny).prepare(cache, offline=True) == folder
    assert [path.name for path in folder.iterdir()] == ["train.txt"]
    assert (cache / "tiny" / "calls").read_text() == "write\n"


def test_a_changed_generator_gets_a_folder_of_its_own(tiny: Path, tmp_path: Path):
    cache = tmp_path / "cache"
    first = load_dataset(tiny).prepare(cache)
    edit_generator(tiny, "Ten random", "A few random")
    second = load_dataset(tiny).prepare(cache)
    assert first != second
    assert first.exists()


def test_other_numbers_than_those_that_were_measured_are_refused(tiny: Path, tmp_path: Path):
    edit_generator(tiny, "default_rng(world_seed)", "default_rng(world_seed + 1)")
    with pytest.raises(DatasetError) as caught:
        load_dataset(tiny).prepare(tmp_path / "cache")
    message = str(caught.value)
    assert message.startswith(f"{tiny / 'generator.py'} makes other numbers here (checksum ")
    assert "report it with your NumPy version" in message
    assert not list((tmp_path / "cache" / "tiny").glob("offline-*"))


def test_the_last_bits_do_not_change_the_checksum(tiny: Path, tmp_path: Path):
    edit_generator(tiny, ".normal(size=(4, 3))", ".normal(size=(4, 3)) + 1e-9")
    load_dataset(tiny).prepare(tmp_path / "cache")


def test_a_split_follows_from_its_seed(tiny: Path):
    dataset = load_dataset(tiny)
    one, again, other = dataset.split(1), dataset.split(1), dataset.split(3)
    assert torch.equal(one.inputs, again.inputs)
    assert torch.equal(one.targets, again.targets)
    assert not torch.equal(one.inputs, other.inputs)


def test_the_public_split_is_the_one_in_the_manifest(tiny: Path, tmp_path: Path):
    dataset = load_dataset(tiny)
    assert torch.equal(dataset.public_split(tmp_path).targets, dataset.split(2).targets)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("torch.randn(5, 2,", "torch.randn(5, 3,", "an input must have the shape (2), not (3,)"),
        ("torch.randn(5, 2,", "torch.randn(4, 2,", "there must be as many targets as inputs, and at least one,"),
        (
            "torch.randn(5, 2, generator=generator)",
            "torch.ones(5, 2).double()",
            "must be finite and torch.float32, not",
        ),
        ("torch.randn(5, 2, generator=generator)", "[torch.ones(2)] * 5", "the inputs must be one tensor (N, …)"),
        ("torch.randn(5, generator=generator)", "torch.full((5,), torch.nan)", "the targets must be finite"),
    ],
    ids=["shape", "length", "dtype", "list", "not finite"],
)
def test_a_split_that_breaks_the_schema_is_the_generators_fault(tiny: Path, old: str, new: str, wrong: str):
    edit_generator(tiny, old, new)
    with pytest.raises(ContentError) as caught:
        load_dataset(tiny).split(1)
    start = f"{tiny / 'generator.py'}: a split breaks a rule of [schema] in dataset.toml: "
    assert str(caught.value).startswith(start)
    assert wrong in str(caught.value)


def test_a_generator_without_a_function_is_named(tiny: Path):
    edit_generator(tiny, "def arrays", "def numbers")
    with pytest.raises(ContentError) as caught:
        load_dataset(tiny).split(1)
    assert str(caught.value) == f"{tiny / 'generator.py'} defines no function 'arrays'; add it"


def test_a_generator_that_cannot_be_imported_is_named(tiny: Path):
    edit_generator(tiny, "import torch", "import no_such_module_anywhere")
    with pytest.raises(ContentError, match="cannot be imported: ModuleNotFoundError: No module named"):
        load_dataset(tiny).split(1)


def test_a_missing_generator_is_named(tiny: Path):
    (tiny / "generator.py").unlink()
    with pytest.raises(ContentError, match=r"generator\.py is missing"):
        load_dataset(tiny).split(1)


def test_generators_leave_no_module_behind(tiny: Path):
    before = set(sys.modules)
    load_dataset(tiny).split(1)
    assert {name for name in set(sys.modules) - before if "tiny" in name or name == "generator"} == set()


def test_a_generator_may_use_dataclasses(tiny: Path):
    edit_generator(
        tiny,
        "import torch\n",
        "import torch\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n    x: 'int'\n",
    )
    load_dataset(tiny).split(1)

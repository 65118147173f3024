"""Real files: from the network, a mirror, the cache or a folder; always proven by their digest."""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from grader.datasets import load_dataset
from grader.datasets import real as real_module
from grader.errors import DatasetError

from_drive = "https://drive.google.com/uc?id=id-of-"


def prepare(tiny: Path, tmp_path: Path, network, **options) -> Path:
    return load_dataset(tiny).prepare(tmp_path / "cache", "real", fetch=network, **options)


def refused(tiny: Path, tmp_path: Path, network, **options) -> str:
    with pytest.raises(DatasetError) as caught:
        prepare(tiny, tmp_path, network, **options)
    assert not list((tmp_path / "cache").rglob("*.part"))
    return str(caught.value)


def test_files_are_downloaded_once(tiny: Path, tmp_path: Path, network):
    folder = prepare(tiny, tmp_path, network)
    assert (folder / "train.txt").read_text() == "LETTERS\n"
    assert prepare(tiny, tmp_path, network, offline=True) == folder
    assert network.asked == [from_drive + "a", from_drive + "b"]


def test_the_hold_out_comes_from_the_real_files(tiny: Path, tmp_path: Path, network):
    dataset = load_dataset(tiny)
    with pytest.raises(DatasetError, match="prepare the real data of 'tiny' first"):
        dataset.public_split(tmp_path / "cache", "real")
    prepare(tiny, tmp_path, network)
    split = dataset.public_split(tmp_path / "cache", "real")
    assert torch.equal(split.inputs, torch.ones(3, 2))
    assert torch.equal(split.targets, torch.arange(3.0))


def test_the_hold_out_does_not_lie_where_training_looks(tiny: Path, tmp_path: Path, network):
    folder = prepare(tiny, tmp_path, network)
    assert [path.name for path in folder.iterdir()] == ["train.txt"]


def test_a_mirror_is_tried_next(tiny: Path, tmp_path: Path, network):
    network.files["https://example.org/a.txt"] = network.files.pop(from_drive + "a")
    prepare(tiny, tmp_path, network)
    assert network.asked == [from_drive + "a", "https://example.org/a.txt", from_drive + "b"]


def test_a_mirror_is_tried_where_drive_sends_something_else(tiny: Path, tmp_path: Path, network):
    network.files["https://example.org/a.txt"] = network.files[from_drive + "a"]
    network.files[from_drive + "a"] = b"<html>Quota exceeded</html>"
    prepare(tiny, tmp_path, network)
    assert (tmp_path / "cache" / "tiny" / "raw" / "a.txt").read_bytes() == b"letters\n"


def test_a_failed_download_gives_every_reason_and_the_way_by_hand(tiny: Path, tmp_path: Path, network):
    network.files = {from_drive + "a": b"<html>"}
    message = refused(tiny, tmp_path, network)
    about = load_dataset(tiny).about
    a, b = about.files
    assert message == (
        "a.txt of 'tiny' could not be downloaded:"
        f"\n  {from_drive}a: what came has the SHA-256"
        f" {hashlib.sha256(b'<html>').hexdigest()}, not {a.sha256}"
        "\n  https://example.org/a.txt: ConnectionError: no answer from https://example.org/a.txt"
        "\nGet these files with a browser and name their folder with --data-dir:"
        f"\n  a.txt  from {from_drive}a  (SHA-256 {a.sha256})"
        f"\n  b.txt  from {from_drive}b  (SHA-256 {b.sha256})"
        "\nOr train on the generated data: --data offline."
    )
    assert not (tmp_path / "cache" / "tiny" / "raw" / "a.txt").exists()


def test_offline_never_asks_the_network(tiny: Path, tmp_path: Path, network):
    message = refused(tiny, tmp_path, network, offline=True)
    assert message.startswith("a.txt of 'tiny' is not in the cache, and --offline forbids to download it.\n")
    assert "--data-dir" in message
    assert network.asked == []


def test_files_put_there_by_hand_are_taken(tiny: Path, tmp_path: Path, network):
    hand = tmp_path / "Downloads"
    hand.mkdir()
    (hand / "a.txt").write_bytes(b"letters\n")
    (hand / "b.txt").write_bytes(b"more letters\n")
    prepare(tiny, tmp_path, network, data_dir=hand, offline=True)
    assert network.asked == []


def test_a_wrong_file_put_there_by_hand_is_refused(tiny: Path, tmp_path: Path, network):
    (tmp_path / "a.txt").write_bytes(b"other\n")
    message = refused(tiny, tmp_path, network, data_dir=tmp_path)
    assert message.startswith(f"{tmp_path / 'a.txt'} is not the file that the course uses: its SHA-256 is ")


def test_a_missing_file_put_there_by_hand_is_named(tiny: Path, tmp_path: Path, network):
    message = refused(tiny, tmp_path, network, data_dir=tmp_path)
    assert message.startswith(f"{tmp_path / 'a.txt'} is missing.\n")


def test_a_damaged_file_in_the_cache_is_fetched_again(tiny: Path, tmp_path: Path, network):
    prepare(tiny, tmp_path, network)
    (tmp_path / "cache" / "tiny" / "raw" / "b.txt").write_bytes(b"")
    prepare(tiny, tmp_path, network)
    assert network.asked[2:] == [from_drive + "b"]


def test_ctrl_c_in_a_download_leaves_no_half_file(tiny: Path, tmp_path: Path):
    def stopped(address: str, path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(tiny, tmp_path, stopped)
    assert list((tmp_path / "cache" / "tiny" / "raw").iterdir()) == []


def test_gdown_gets_address_and_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls = []
    fake = SimpleNamespace(download=lambda url, output: calls.append((url, output)) or output)
    monkeypatch.setitem(sys.modules, "gdown", fake)
    real_module.fetch_with_gdown(from_drive + "a", tmp_path / "a.part")
    assert calls == [(from_drive + "a", str(tmp_path / "a.part"))]


def test_gdown_that_returns_nothing_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "gdown", SimpleNamespace(download=lambda url, output: None))
    with pytest.raises(OSError, match="gdown could not retrieve the file"):
        real_module.fetch_with_gdown(from_drive + "a", tmp_path / "a.part")


def test_gdowns_download_takes_what_is_passed_to_it():
    gdown = pytest.importorskip("gdown")
    assert list(inspect.signature(gdown.download).parameters)[:2] == ["url", "output"]


def test_another_digest_in_the_manifest_makes_another_folder(tiny: Path, tmp_path: Path, network):
    dataset = load_dataset(tiny)
    file = replace(dataset.about.files[0], mirrors=())
    same = replace(dataset, about=replace(dataset.about, files=(file, dataset.about.files[1])))
    assert same.prepare(tmp_path / "cache", "real", fetch=network) == prepare(tiny, tmp_path, network)


def without_files(tiny: Path) -> None:
    path = tiny / "dataset.toml"
    head, _, rest = path.read_text().partition("[[real.files]]")
    path.write_text(head + rest[rest.index("[schema]") :])


def test_real_data_without_files_come_from_a_folder_that_is_read_anew_each_time(tiny: Path, tmp_path: Path, network):
    without_files(tiny)
    given = tmp_path / "given"
    given.mkdir()
    for text in ("letters", "digits"):
        (given / "a.txt").write_text(text)
        assert (prepare(tiny, tmp_path, network, data_dir=given) / "train.txt").read_text() == text.upper()
    assert (prepare(tiny, tmp_path, network) / "train.txt").read_text() == "DIGITS"
    assert network.asked == []


def test_real_data_without_files_ask_for_a_folder(tiny: Path, tmp_path: Path, network):
    without_files(tiny)
    message = refused(tiny, tmp_path, network)
    assert "get them by way of https://example.org and name their folder with --data-dir" in message


def test_a_file_without_a_known_digest_is_taken_as_it_is(tiny: Path, tmp_path: Path, network):
    path = tiny / "dataset.toml"
    path.write_text(re.sub(r'sha256 = ".*"', 'sha256 = ""', path.read_text()))
    network.files[from_drive + "a"] = b"other letters\n"
    assert (prepare(tiny, tmp_path, network) / "train.txt").read_text() == "OTHER LETTERS\n"

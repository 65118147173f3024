"""A data set: public files to train on, and splits to measure with."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.datasets.cache import folder_made_by, locked
from grader.datasets.description import Description, read_description
from grader.datasets.generator import GENERATOR, checksum, load_generator
from grader.datasets.real import Fetch, fetch_with_gdown, get_real_files
from grader.datasets.split import Split, load_split, problem, save_split
from grader.errors import ContentError, DatasetError

Source = Literal["offline", "real"]

_PUBLIC = "public"  # the folder that training sees
_HOLD_OUT = "hold_out.safetensors"


@dataclass(frozen=True)
class Dataset:
    """A folder below ``datasets/``: its description and its generator."""

    folder: Path
    about: Description

    def prepare(
        self,
        cache: Path,
        source: Source = "offline",
        offline: bool = False,
        data_dir: Path | None = None,
        fetch: Fetch = fetch_with_gdown,
    ) -> Path:
        """The folder with the public files, in ``cache``; they are made or fetched if they are not there.

        Args:
            cache: a folder that may be written; several processes may share it.
            source: "offline" for generated data, "real" for the real ones.
            offline: never use the network.
            data_dir: a folder that holds the real files already.
            fetch: downloads one file.
        Raises DatasetError where data cannot be had, verified or written.
        """
        home = cache / self.about.name
        with locked(home):
            if source == "offline":
                return folder_made_by(self._generate, self._made(home, source)) / _PUBLIC
            made = self._made(home, source)
            if not self.about.files:
                return self._by_hand(data_dir, made)
            raw = home / "raw"
            raw.mkdir(exist_ok=True)
            get_real_files(self.about, raw, data_dir=data_dir, offline=offline, fetch=fetch)
            return folder_made_by(lambda new: self._cut(raw, new), made) / _PUBLIC

    def _by_hand(self, data_dir: Path | None, made: Path) -> Path:
        """Real data that cannot be downloaded: cut from the folder that the user names, and kept."""
        if data_dir is not None:
            shutil.rmtree(made, ignore_errors=True)  # the folder may hold other files than the last time
        elif not made.is_dir():
            raise DatasetError(
                f"the real files of '{self.about.name}' cannot be downloaded; get them by way of"
                f" {self.about.homepage} and name their folder with --data-dir, or train on the generated data:"
                " --data offline"
            )
        return folder_made_by(lambda new: self._cut(data_dir or made, new), made) / _PUBLIC

    def split(self, split_seed: int) -> Split:
        """Draws a test split of the generated data. With a secret seed nobody knows its targets.

        Raises ContentError if the generator returns something else than the schema says.
        """
        generator = load_generator(self.folder)
        inputs, targets = generator.split(world_seed=self.about.world_seed, split_seed=split_seed)
        return self._checked(Split(inputs, targets))

    def public_split(self, cache: Path, source: Source = "offline") -> Split:
        """The split to try a model on at home; its targets are public, so it earns no points.

        For the real data it is a hold-out cut from the training file by ``prepare``.
        Raises DatasetError if that has not been done yet.
        """
        if source == "offline":
            return self.split(self.about.split_seed)
        path = self._made(cache / self.about.name, source) / _HOLD_OUT
        if not path.is_file():
            raise DatasetError(f"{path} is missing; prepare the real data of '{self.about.name}' first")
        return load_split(path)

    def _made(self, home: Path, source: Source) -> Path:
        """Where the folder of this very version of the data lies: another generator, another folder."""
        about = self.about
        digest = hashlib.sha256((self.folder / GENERATOR).read_bytes())
        made_from: list[object] = [about.world_seed, about.split_seed, about.checksum]
        if source == "real":
            made_from = [file.sha256 for file in about.files]
        digest.update(repr(made_from).encode())
        return home / f"{source}-{digest.hexdigest()[:16]}"

    def _generate(self, new: Path) -> None:
        about, generator, public = self.about, load_generator(self.folder), new / _PUBLIC
        public.mkdir()
        generator.write(public, world_seed=about.world_seed, split_seed=about.split_seed)
        found = checksum(generator.arrays(public))
        if found != about.checksum:
            raise DatasetError(
                f"{self.folder / GENERATOR} makes other numbers here (checksum {found}) than those that the"
                f" tiers were measured with ({about.checksum}). If you changed the generator, measure again and"
                " put the new checksum into dataset.toml; if not, report it with your NumPy version"
            )

    def _cut(self, raw: Path, new: Path) -> None:
        public = new / _PUBLIC
        public.mkdir()
        inputs, targets = load_generator(self.folder).write_real(raw, public)
        save_split(self._checked(Split(inputs, targets)), new / _HOLD_OUT)

    def _checked(self, split: Split) -> Split:
        if wrong := problem(split, self.about.schema):
            place = self.folder / GENERATOR
            raise ContentError(f"{place}: a split breaks a rule of [schema] in dataset.toml: {wrong}")
        return split


def load_dataset(folder: Path) -> Dataset:
    """The data set in ``folder``. Raises ContentError if its ``dataset.toml`` breaks a rule."""
    return Dataset(folder, read_description(folder))

"""What ``dataset.toml`` says of a data set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from grader.manifest import Table, read_manifest, show

MANIFEST = "dataset.toml"
FORMAT = 1

ANY_LENGTH = "T"  # in a shape: a length that differs from input to input
TEXT = "text"
DTYPES = ("float32", "uint8", "int64")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class RealFile:
    """A file of the real data: where it can be had, and the digest that proves it is the right one.

    gdown: id at Google Drive; empty if it is not there.
    sha256: of the file, hexadecimal; empty where nobody has published one, so that the file cannot be verified.
    mirrors: other addresses, tried in this order.
    """

    name: str
    gdown: str
    sha256: str
    mirrors: tuple[str, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address, in the order in which to try them."""
        drive = (f"https://drive.google.com/uc?id={self.gdown}",) if self.gdown else ()
        return (*drive, *self.mirrors)


@dataclass(frozen=True)
class Schema:
    """What one input of a split is.

    inputs: its shape, with None for a length that differs; None for a text.
    dtype: of a tensor, "float32", "uint8" or "int64".
    """

    inputs: tuple[int | None, ...] | None
    dtype: str = "float32"


@dataclass(frozen=True)
class Description:
    """A data set, as its manifest describes it.

    name: of its folder, too.
    licence: who made the real data and what may be done with them.
    files: of the real data; none where they can only be had by hand.
    schema: what one input of a split is.
    world_seed: fixes all that the training data show.
    split_seed: of the split that is public.
    checksum: SHA-256 of the generated numbers, rounded; see ``grader.datasets.generator.checksum``.
    """

    name: str
    title: str
    homepage: str
    licence: str
    files: tuple[RealFile, ...]
    schema: Schema
    world_seed: int
    split_seed: int
    checksum: str


def read_description(folder: Path) -> Description:
    """Reads ``folder/dataset.toml``. Raises ContentError naming the file, the key, the rule and the remedy."""
    top = read_manifest(folder / MANIFEST, format=FORMAT)
    top.only("format", "name", "title", "real", "schema", "offline")
    name = top.text("name")
    if name != folder.resolve().name:
        raise top.error("name", f"must be its folder's name, '{folder.resolve().name}', not {show(name)}")
    real = top.table("real").only("homepage", "licence", "files")
    schema = top.table("schema").only("inputs", "dtype", "target", "train", "test")
    offline = top.table("offline").only("world_seed", "split_seed", "checksum")
    return Description(
        name=name,
        title=top.text("title"),
        homepage=real.text("homepage"),
        licence=real.text("licence"),
        files=tuple(_real_file(table) for table in real.tables("files")) if "files" in real.data else (),
        schema=_schema(schema),
        world_seed=_seed(offline, "world_seed"),
        split_seed=_seed(offline, "split_seed"),
        checksum=_sha256(offline, "checksum"),
    )


def _real_file(table: Table) -> RealFile:
    table.only("name", "gdown", "sha256", "mirrors")
    name = table.text("name")
    if not _FILE_NAME.fullmatch(name):
        raise table.error("name", f"must be a plain file name, not {show(name)}")
    mirrors = table.texts("mirrors") if "mirrors" in table.data else ()
    for mirror in mirrors:
        if not mirror.startswith("https://"):
            raise table.error("mirrors", f"must begin with 'https://', not {show(mirror)}")
    gdown = table.text("gdown") if "gdown" in table.data else ""
    if not gdown and not mirrors:
        raise table.error("gdown", "is missing, and so is 'mirrors'; say where the file can be had, or leave it out")
    unknown = table.get("sha256") == ""
    return RealFile(name, gdown, "" if unknown else _sha256(table, "sha256"), mirrors)


def _sha256(table: Table, key: str) -> str:
    value = table.text(key)
    if not _SHA256.fullmatch(value):
        raise table.error(key, f"must be a SHA-256, 64 digits of 0-9 and a-f, not {show(value)}")
    return value


def _seed(table: Table, key: str) -> int:
    value = table.get(key)
    if type(value) is not int or value < 0:
        raise table.error(key, f"must be a whole number from 0 on, not {show(value)}")
    return value


def _schema(table: Table) -> Schema:
    value = table.get("inputs")
    if value == TEXT:
        return Schema(None)
    if not isinstance(value, list) or not all(size == ANY_LENGTH or (type(size) is int and size > 0) for size in value):
        rule = f"must be a list of sizes such as [93] or ['{ANY_LENGTH}', 39], or '{TEXT}', not {show(value)}"
        raise table.error("inputs", rule)
    dtype = table.choice("dtype", DTYPES) if "dtype" in table.data else "float32"
    return Schema(tuple(None if size == ANY_LENGTH else size for size in value), dtype)

"""What an assignment and a course are: the manifest ``assignment.toml``, and where the files lie."""

from __future__ import annotations

import ast
import hashlib
import keyword
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path

from grader.errors import ContentError, UsageError
from grader.limits import Limits
from grader.manifest import Table, closest, read_manifest, show

MANIFEST = "assignment.toml"
PICTURES = "pictures.py"  # given to students beside their modules: draws what `grader train` shows
FORMAT = 1
KEYS = ("format", "slug", "title", "version", "points", "modules", "feedback", "limits", "worker", "model", "forbidden")
TIER_NAMES = ("simple", "medium", "strong", "boss")
HIDDEN_FEEDBACK = ("title", "nothing", "full")
HIGHER_IS_BETTER: Mapping[str, bool] = {"rmse": False, "accuracy": True}

_NO_CONTENT = frozenset({"__pycache__", "runs", "run.json", "curves.png", "pictures"})
_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_WEIGHTS_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\.safetensors")
# What the worker and the tests import besides the standard library.
_TAKEN = frozenset(
    """
    torch torchgen functorch torchvision torchaudio triton numpy pandas scipy sklearn matplotlib PIL tqdm
    safetensors sympy networkx jinja2 filelock fsspec typing_extensions setuptools pkg_resources packaging pip
    tensorboard gdown click rich pytest _pytest pluggy hypothesis conftest drivers grader sitecustomize
    usercustomize
    """.split()  # noqa: SIM905 - forty quoted names would hide the list
)


def is_reserved_module(name: str) -> bool:
    """Would a student's ``name.py`` hide a module of Python, PyTorch, pytest or grader?

    Case is ignored, because some disks ignore it.
    """
    folded = name.casefold()
    return any(folded == taken.casefold() for taken in _TAKEN | sys.stdlib_module_names)


@dataclass(frozen=True)
class Tier:
    """A named threshold of the trained model; who reaches it earns its points."""

    name: str
    threshold: float
    points: Decimal


@dataclass(frozen=True)
class ModelPart:
    """The trained-model part: which module builds it, where its weights are, how its predictions are rated.

    module: defines ``build_model``, ``train`` and ``predict``.
    weights: file name beside the modules.
    dataset: folder below ``datasets/``.
    metric: ``rmse`` (lower is better) or ``accuracy`` (higher is better).
    tiers: easiest first.
    """

    module: str
    weights: str
    dataset: str
    metric: str
    limits: Limits
    tiers: tuple[Tier, ...]

    @property
    def higher_is_better(self) -> bool:
        """Does a larger value of the metric mean a better model?"""
        return HIGHER_IS_BETTER[self.metric]

    def reached(self, value: float | None) -> tuple[Tier, ...]:
        """The tiers that ``value`` reaches, easiest first; a missing value or NaN reaches none."""
        if value is None or math.isnan(value):
            return ()
        if self.higher_is_better:
            return tuple(tier for tier in self.tiers if value >= tier.threshold)
        return tuple(tier for tier in self.tiers if value <= tier.threshold)


@dataclass(frozen=True)
class Forbidden:
    """APIs that some checks forbid, because writing them is the homework.

    checks: patterns of names of check functions.
    names: dotted, such as ``torch.nn.functional.conv2d``.
    reason: what a student reads.
    """

    checks: tuple[str, ...]
    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Assignment:
    """One assignment, as its manifest says.

    points: the sum of all checks and tiers; to be compared once the checks are collected.
    modules: the student's files, without ``.py``, in reading order.
    limits: defaults for every check.
    hidden_feedback: what a student sees of a hidden check: ``title``, ``nothing`` or ``full``.
    preload: imported once in the warm worker, for speed only.
    folder: ``assignments/<slug>``.
    solution: ``solutions/<slug>``; None on a student's machine.
    forbidden: APIs that some checks forbid.
    """

    slug: str
    title: str
    version: str
    points: Decimal
    modules: tuple[str, ...]
    limits: Limits
    hidden_feedback: str
    preload: tuple[str, ...]
    model: ModelPart | None
    folder: Path
    solution: Path | None
    forbidden: tuple[Forbidden, ...] = ()

    @property
    def visible_checks(self) -> Path:
        """The folder of the checks that students have."""
        return self.folder / "checks"

    @property
    def hidden_checks(self) -> Path | None:
        """The folder of the checks that students do not have, if there is one."""
        checks = self.solution / "checks" if self.solution else None
        return checks if checks and checks.is_dir() else None

    def forbidden_in(self, check: str) -> tuple[Forbidden, ...]:
        """What a check function of that name forbids."""
        return tuple(f for f in self.forbidden if any(fnmatchcase(check, pattern) for pattern in f.checks))

    def names(self) -> Mapping[str, str]:
        """Public function or class → the module that defines it, read from the stubs without running them.

        Raises ContentError where a stub is missing or broken, or where two modules define the same name.
        """
        found: dict[str, str] = {}
        for module in self.modules:
            stub = self.folder / f"{module}.py"
            for name in _public_names(stub):
                if found.setdefault(name, module) != module:
                    raise ContentError(
                        f"{stub}: '{name}' is also defined in {found[name]}.py, but the modules of an"
                        " assignment share one namespace; rename it, or begin a helper's name with '_'"
                    )
        return found

    def digest(self) -> str:
        """SHA-256 (hex) of the assignment's folder, and of its data set's: relative names and bytes."""
        dataset = self.folder.parent.parent / "datasets" / self.model.dataset if self.model else None
        return _digest_folders(self.folder, *([dataset] if dataset and dataset.is_dir() else []))

    def solution_digest(self) -> str:
        """SHA-256 (hex) of the solution's folder; empty where there is none."""
        return _digest_folders(self.solution) if self.solution else ""


@dataclass(frozen=True)
class Course:
    """A folder with ``assignments/`` and, for instructors, ``solutions/`` and ``datasets/``."""

    root: Path

    def slugs(self) -> tuple[str, ...]:
        """The course's assignments, sorted: the folders that hold a manifest."""
        return _folders_with(self.root / "assignments", MANIFEST)

    def assignment(self, slug: str) -> Assignment:
        """Loads one assignment. Raises UsageError for an unknown slug, ContentError for a broken manifest."""
        folder, known = self.root / "assignments", self.slugs()
        if slug not in known:
            raise UsageError(f"there is no assignment '{slug}'{_known(slug, known, folder)}")
        solution = self.root / "solutions" / slug
        return load_assignment(folder / slug, solution if solution.is_dir() else None)

    def dataset(self, name: str) -> Path:
        """The folder of a data set. Raises ContentError if there is none of that name."""
        folder = self.root / "datasets"
        known = _folders_with(folder, "dataset.toml")
        if name not in known:
            raise ContentError(f"there is no data set '{name}'{_known(name, known, folder)}")
        return folder / name


def find_course(start: Path) -> Course:
    """The course that ``start`` lies in: the nearest folder upwards that holds a folder ``assignments``.

    Raises UsageError if there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / "assignments").is_dir():
            return Course(folder)
    raise UsageError(f"{start}: neither this folder nor one above it holds 'assignments/'; go to the course's folder")


def load_assignment(folder: Path, solution: Path | None = None) -> Assignment:
    """Reads and checks ``folder/assignment.toml``.

    Raises ContentError naming the file, the key, the rule and the remedy.
    """
    path = folder / MANIFEST
    top = read_manifest(path, format=FORMAT)
    top.only(
        "format", "slug", "title", "version", "points", "modules", "feedback", "limits", "worker", "model", "forbidden"
    )
    feedback = top.table("feedback").only("hidden")
    limits = Limits().override(top.table("limits").data, f"{path}: [limits]")
    modules = _modules(top)
    return Assignment(
        slug=_slug(top, folder.resolve().name),
        title=top.text("title"),
        version=top.text("version"),
        points=top.points("points"),
        modules=modules,
        limits=limits,
        hidden_feedback=feedback.choice("hidden", HIDDEN_FEEDBACK) if feedback.data else "title",
        preload=_preload(top.table("worker").only("preload")),
        model=_model(top.table("model"), modules, limits) if "model" in top.data else None,
        folder=folder,
        solution=solution,
        forbidden=tuple(_forbidden(table) for table in top.tables("forbidden")) if "forbidden" in top.data else (),
    )


def _forbidden(table: Table) -> Forbidden:
    table.only("checks", "names", "reason")
    found = Forbidden(table.texts("checks"), table.texts("names"), table.text("reason"))
    for key in ("checks", "names"):
        if not getattr(found, key):
            raise table.error(key, "must hold at least one text")
    for name in found.names:
        if not name.startswith("torch.") or not all(part.isidentifier() for part in name.split(".")):
            raise table.error("names", f"holds {show(name)}; write the full dotted name, such as 'torch.conv2d'")
    return found


def _slug(top: Table, folder: str) -> str:
    slug = top.text("slug")
    if not _FOLDER_NAME.fullmatch(slug):
        raise top.error("slug", f"may hold letters, digits, '_' and '-' only, not {show(slug)}")
    if slug != folder:
        raise top.error("slug", f"must be its folder's name, '{folder}', not '{slug}'; rename one of the two")
    return slug


def _modules(top: Table) -> tuple[str, ...]:
    modules = top.texts("modules")
    if not modules:
        raise top.error("modules", "must name at least one module")
    for n, name in enumerate(modules):
        if name.endswith(".py"):
            raise top.error("modules", f"holds '{name}'; leave out '.py'")
        if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name) or name.startswith("_"):
            raise top.error("modules", f"holds {show(name)}, which is not a name that 'import' takes")
        if is_reserved_module(name):
            raise top.error("modules", f"holds '{name}', which would hide another module; choose a new name")
        earlier = {other.casefold(): other for other in modules[:n]}
        if twin := earlier.get(name.casefold()):
            raise top.error("modules", f"holds '{twin}' and '{name}'; name each module once (case is ignored)")
    return modules


def _preload(worker: Table) -> tuple[str, ...]:
    preload = worker.texts("preload") if "preload" in worker.data else ()
    for name in preload:
        if not all(part.isidentifier() for part in name.split(".")):
            raise worker.error("preload", f"holds {show(name)}, which is not a name that 'import' takes")
    return preload


def _model(table: Table, modules: Sequence[str], limits: Limits) -> ModelPart:
    table.only("module", "weights", "dataset", "metric", "limits", "tiers")
    weights, dataset = table.text("weights"), table.text("dataset")
    if not _WEIGHTS_NAME.fullmatch(weights):
        raise table.error("weights", f"must be a file name that ends in '.safetensors', not {show(weights)}")
    if not _FOLDER_NAME.fullmatch(dataset):
        raise table.error("dataset", f"must be the name of a folder below datasets/, not {show(dataset)}")
    metric = table.choice("metric", HIGHER_IS_BETTER)
    own = table.table("limits")
    return ModelPart(
        module=table.choice("module", modules),
        weights=weights,
        dataset=dataset,
        metric=metric,
        limits=limits.override(own.data, f"{own.file}: [{own.section}]"),
        tiers=_tiers(table.tables("tiers"), metric),
    )


def _tiers(tables: Sequence[Table], metric: str) -> tuple[Tier, ...]:
    tiers: list[Tier] = []
    for table in tables:
        table.only("name", "threshold", "points")
        tier = Tier(table.choice("name", TIER_NAMES), table.number("threshold"), table.points("points"))
        if tiers:
            _check_order(table, tiers[-1], tier, metric)
        tiers.append(tier)
    return tuple(tiers)


def _check_order(table: Table, easier: Tier, tier: Tier, metric: str) -> None:
    if TIER_NAMES.index(tier.name) <= TIER_NAMES.index(easier.name):
        order = ", ".join(TIER_NAMES)
        raise table.error("name", f"'{tier.name}' stands after '{easier.name}'; the order is {order}")
    rises = HIGHER_IS_BETTER[metric]
    if tier.threshold == easier.threshold or (tier.threshold > easier.threshold) != rises:
        word, better = ("above", "higher") if rises else ("below", "lower")
        rule = f"must be {word} {easier.threshold!r}, that of '{easier.name}', not {tier.threshold!r}"
        raise table.error("threshold", f"{rule}; with {metric}, {better} is better")


def _public_names(stub: Path) -> Iterator[str]:
    try:
        tree = ast.parse(stub.read_bytes(), str(stub))
    except FileNotFoundError:
        raise ContentError(f"{stub} is missing; write it with 'grader release {stub.parent.name}'") from None
    except SyntaxError as error:
        raise ContentError(f"{stub}:{error.lineno}: not valid Python: {error.msg}") from None
    except ValueError as error:
        raise ContentError(f"{stub}: not valid Python: {error}") from None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            yield node.name


def _digest_folders(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder, path in ((root, path) for root in folders for path in sorted(root.rglob("*"))):
        relative = path.relative_to(folder)
        # Caches, an editor's hidden files and what a training run leaves behind are no content: they must not
        # make reports out of date.
        passing = any(p in _NO_CONTENT or p.startswith(".") for p in relative.parts)
        if path.is_file() and not passing and path.suffix != ".safetensors":
            for part in (relative.as_posix().encode(), path.read_bytes()):
                # A length before each part, so that "ab" + "c" is not "a" + "bc".
                digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _folders_with(parent: Path, name: str) -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in parent.glob(f"*/{name}")))


def _known(word: str, known: Sequence[str], folder: Path) -> str:
    return f"{closest(word, known)}; known are {', '.join(known)}" if known else f"; {folder} holds none"

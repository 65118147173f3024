"""Grades families of attacks, each as one class beside honest submissions, at one level of confinement."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from grader.assignment import Course
from grader.intake import discover
from grader.report import Report, file_stem
from grader.runner.batch import Batch, Places
from grader.runner.local import LocalRunner
from grader.sandbox.seeds import fingerprint

from attack_suite.attack import Attack
from attack_suite.bases import COURSE, bases
from attack_suite.catalogue import families
from attack_suite.leftovers import Trace, differences, trace

SEED = b"the seed of the course that is attacked"
HONEST = ("1 honest", "m honest", "zz honest")  # graded first, among the others and last
SETTLE_SECONDS = 5.0
SUITE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Graded:
    """What came of a class: reports by student, their bytes, what was left behind, seconds."""

    reports: dict[str, Report]
    texts: dict[str, bytes]
    left: list[str]
    warnings: list[str]
    seconds: float


@dataclass
class Arena:
    """A course in ``folder``, and one warm runner at ``level`` for all families."""

    folder: Path
    level: str
    token: str = field(default_factory=lambda: f"attack-suite-{secrets.token_hex(8)}")
    jobs: int = 2

    def __post_init__(self) -> None:
        self.root = self.folder / "course"
        shutil.copytree(COURSE, self.root)
        _open_for_reading(self.folder)  # the worst case: only confinement keeps a worker from it
        self.assignment = Course(self.root).assignment("everything")
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.servers, self.words = _serve_temptations(self.folder, self.token)
        self._graded: dict[str, Graded] = {}
        self._idle: Trace | None = None
        with self._environment():
            self.runner = LocalRunner(self.assignment, self.root / "datasets", SEED, wish=self.level)
            self.ready = self.runner.start()

    @contextmanager
    def _environment(self) -> Iterator[None]:
        """What the grader's processes inherit: a mark in PATH, which all of them have, and a TMPDIR of their own."""
        kept = {name: os.environ.get(name) for name in ("PATH", "TMPDIR")}
        os.environ.update(PATH=f"{kept['PATH']}:/{self.token}", TMPDIR=str(self.temporary))
        try:
            yield
        finally:
            for name, value in kept.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value

    @property
    def held(self) -> str:
        """The level that is really held."""
        return self.ready.confinement.level

    def family(self, name: str) -> Graded:
        """The family, graded as one class at the first call; "" are the honest ones alone."""
        if name and "" not in self._graded:
            self.family("")  # first: some attacks look for what it leaves in class and reports
        if name not in self._graded:
            self._graded[name] = self.grade(name or "honest", families()[name] if name else ())
        return self._graded[name]

    def grade(self, name: str, attacks: tuple[Attack, ...]) -> Graded:
        """Grade attacks that can be tried here beside the honest submissions."""
        klass, out = self.folder / "classes" / name, self.folder / "out" / name
        tried = [attack for attack in attacks if not attack.outcome_at(self.held, user()).skip]
        hand_in(klass, tried, self.words)
        _open_for_reading(klass)
        warnings: list[str] = []
        places = Places(out)
        batch = Batch(self.assignment, self.runner, places, fingerprint(SEED), self.jobs, weak_confinement=True)
        start = time.monotonic()
        sources = discover(klass, self.assignment)
        with self._environment():  # should the checking process have to be started anew
            reports = {report.student: report for report, _ in batch.run(sources, warnings.append)}
        seconds = time.monotonic() - start
        texts = {student: places.report(student).read_bytes() for student in reports}
        assert {path.stem for path in (out / "reports").iterdir()} == set(map(file_stem, reports))
        return Graded(reports, texts, self._left(), warnings, seconds)

    def _left(self) -> list[str]:
        """What the runner's processes have left, once those that have just ended are gone."""
        if self._idle is None:
            self._idle = self._settled()
            return []
        end = time.monotonic() + SETTLE_SECONDS
        while (found := differences(self._idle, self._trace())) and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def _settled(self) -> Trace:
        """The state after the honest ones: whatever is alive now has come to stay."""
        time.sleep(0.5)
        return self._trace()

    def _trace(self) -> Trace:
        return trace(self.token, self.temporary)

    def close(self) -> list[str]:
        """End the runner; returns what is left of it."""
        self.runner.close()
        for server in self.servers:
            server.close()
        end = time.monotonic() + SETTLE_SECONDS
        while (left := self._trace().processes) and time.monotonic() < end:
            time.sleep(0.1)
        return [f"process {pid} ({name})" for pid, name in left]


def _serve_temptations(folder: Path, token: str) -> tuple[list[socket.socket], dict[str, str]]:
    """What a worker must not reach, and the words in attacks that stand for it."""
    port = socket.create_server(("127.0.0.1", 0))
    file, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    file.bind(f"{folder}/socket")
    (folder / "socket").chmod(0o777)
    abstract.bind(f"\0{token}")
    for server in (port, file, abstract):
        server.listen()
    secret = folder / "course" / ".grader" / "course.seed"
    secret.parent.mkdir()
    secret.write_text("secret")
    secret.chmod(0o600)
    words = {"@COURSE@": f"{folder}/course", "@FOLDER@": str(folder), "@ABSTRACT@": token}
    return [port, file, abstract], words | {"@PORT@": str(port.getsockname()[1])}


def hand_in(folder: Path, attacks: list[Attack], words: Mapping[str, str]) -> None:
    """Write a class: the attacks, with ``words`` replaced, and the honest submissions beside them."""
    right = bases()["right"]
    for student in HONEST:
        _write(folder / student, right)
    for attack in attacks:
        if attack.archive is not None:
            ending, data = attack.archive
            (folder / f"{attack.handed_in_as}{ending}").write_bytes(data)
            continue
        place = folder / attack.handed_in_as
        _write(place, {name: _told(text, words) for name, text in attack.files.items()})
        if attack.special is not None:
            attack.special(place)


def _told(content: bytes, words: Mapping[str, str]) -> bytes:
    for word, meaning in words.items():
        content = content.replace(word.encode(), meaning.encode())
    return content


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _open_for_reading(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink() and (path.is_dir() or path.is_file()):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    for parent in folder.parents:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o111)


def user() -> str:
    """Who grades: root, or anybody else."""
    return "root" if os.getuid() == 0 else "nobody"

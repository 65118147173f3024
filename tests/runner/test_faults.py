"""Death, a full disk and a busy machine change no report: many random moments, so this takes minutes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.intake import discover
from grader.runner.batch import Batch, Places
from grader.sandbox.seeds import fingerprint
from grader.sandbox.watch import tree

CLASS = {
    "ann": "def mse_loss(pred, target): return ((pred - target) ** 2).mean()\n",
    "bob": "def mse_loss(p, t): return ((p - t) ** 2).sum()\n",
    "eve": "import os; os._exit(0)\n",
    "张 伟": "def mse_loss(p, t):\n    print(object(), 'hello'); return p.nope\n",
    "memory": "def mse_loss(p, t):\n    x = []\n    while True: x.append(bytearray(1 << 24))\n",
    "none": "def mse_loss(p, t): return None\n",
}
MS_NOSUID = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    for name, source in CLASS.items():
        (folder / name).mkdir()
        (folder / name / "tiny.py").write_text(source, encoding="utf-8")
    return folder


def reports(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (out / "reports").glob("*.json")}


def grade(small, runner, folder: Path, out: Path) -> dict[str, bytes]:
    batch = Batch(small.assignment, runner, Places(out), fingerprint(b"test"), 2)
    for _ in batch.run(discover(folder, small.assignment), pytest.fail):
        pass
    return reports(out)


@pytest.fixture(scope="module")
def undisturbed(small_course, small_runner, folder, tmp_path_factory) -> dict[str, bytes]:
    return grade(small_course, small_runner, folder, tmp_path_factory.mktemp("undisturbed"))


def command(small, folder: Path, seed: Path, out: Path) -> list[str]:
    words = [sys.executable, "-m", "grader", "grade", "tiny", folder, "--seed-file", seed, "--jobs", "2", "--out", out]
    return [str(word) for word in words]


def below(pid: int) -> dict[str, list[int]]:
    """The processes of a checking process, by what they are."""
    found: dict[str, list[int]] = {"checking fork": [], "zygote": [], "worker": []}
    for process in tree(pid)[1:]:
        with contextlib.suppress(OSError):
            zygote = b"grader.sandbox.zygote" in Path(f"/proc/{process}/cmdline").read_bytes()
            parent = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
            kind = "checking fork" if not zygote else "zygote" if parent == pid else "worker"
            found[kind].append(process)
    return found


@pytest.mark.heavy
@pytest.mark.parametrize("victim", ["checking process", "checking fork", "zygote", "worker"])
def test_kills_at_twenty_random_moments_each_change_no_report(small_course, folder, undisturbed, tmp_path, victim):
    draw, killed = random.Random(victim), 0
    runner = small_course.runner()
    runner.start()
    try:
        begin = time.monotonic()
        assert grade(small_course, runner, folder, tmp_path / "first") == undisturbed
        usual = time.monotonic() - begin
        for n in range(100):
            stop = threading.Event()

            def kill(delay: float, stop: threading.Event = stop) -> None:
                nonlocal killed
                end = time.monotonic() + delay
                while not stop.is_set():
                    server = runner._process.pid if runner._process else 0
                    there = [server] if victim == "checking process" else below(server)[victim]
                    if there and time.monotonic() >= end:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(draw.choice(there), signal.SIGKILL)
                            killed += 1
                        return
                    time.sleep(0.002)

            thread = threading.Thread(target=kill, args=(draw.random() * usual,))
            thread.start()
            try:
                assert grade(small_course, runner, folder, tmp_path / str(n)) == undisturbed
            finally:
                stop.set()
                thread.join()
            if killed == 20:  # some come too late
                break
    finally:
        runner.close()
    assert killed == 20


@pytest.mark.heavy
def test_the_command_killed_at_twenty_random_moments_ends_the_same_after_a_rerun(small_course, folder, tmp_path):
    seed, draw = tmp_path / "seed", random.Random(20)
    seed.write_text("test")

    def start(out: Path) -> subprocess.Popen[bytes]:
        words = command(small_course, folder, seed, out)
        return subprocess.Popen(words, cwd=small_course.course.root, stdout=subprocess.DEVNULL)

    begin = time.monotonic()
    assert start(tmp_path / "whole").wait() == 0
    usual = time.monotonic() - begin
    for n in range(20):
        out = tmp_path / str(n)
        process = start(out)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(usual * draw.random())
        process.kill()
        process.wait()
        if n % 5 == 0 and (found := list(out.glob("reports/*.json"))):
            found[0].write_bytes(found[0].read_bytes()[:-40])  # and the disk has lost the end of one report
        assert start(out).wait() == 0
        assert reports(out) == reports(tmp_path / "whole")
        assert not list(out.rglob("*.tmp"))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.fsencode(disk), b"tmpfs", MS_NOSUID, b"size=64k") != 0:
        pytest.skip(f"no right to mount a small disk: {os.strerror(ctypes.get_errno())}")
    yield disk
    libc.umount2(os.fsencode(disk), 2)


@pytest.mark.heavy
def test_a_full_disk_is_told_and_a_rerun_with_room_ends_the_same(small_course, folder, tiny_disk, tmp_path):
    seed = tmp_path / "seed"
    seed.write_text("test")
    whole, out = tmp_path / "whole", tiny_disk / "out"
    root = small_course.course.root
    subprocess.run(command(small_course, folder, seed, whole), cwd=root, check=True, capture_output=True)
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * (56 << 10))
    done = subprocess.run(
        command(small_course, folder, seed, out), cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert all(reports(whole)[name] == content for name, content in reports(out).items())  # whole or absent
    ballast.unlink()
    subprocess.run(command(small_course, folder, seed, out), cwd=root, check=True, capture_output=True)
    assert reports(out) == reports(whole)


@pytest.mark.heavy
def test_a_machine_under_load_changes_no_verdict(small_course, folder, undisturbed, tmp_path):
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4 * (os.cpu_count() or 1))]
    runner = small_course.runner()
    try:
        assert grade(small_course, runner, folder, tmp_path) == undisturbed
    finally:
        runner.close()
        for hog in hogs:
            hog.kill()
            hog.wait()

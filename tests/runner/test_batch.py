"""A batch: reports on disk, what is up to date, repeatability, and death at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.intake import discover
from grader.runner.batch import Batch, Places
from grader.sandbox.seeds import fingerprint

RIGHT = "def mse_loss(pred, target): return ((pred - target) ** 2).mean()\n"
CLASS = {
    "ann": RIGHT,
    "bob": "def mse_loss(p, t): return ((p - t) ** 2).sum()\n",
    "eve": "import os; os._exit(0)\n",
    "张 伟": "def mse_loss(p, t):\n    print(object(), 'hello'); return p.nope\n",
    "loop": "def mse_loss(p, t):\n    while True: pass\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class with a space")
    for name, source in CLASS.items():
        (folder / name).mkdir()
        (folder / name / "tiny.py").write_text(source, encoding="utf-8")
    return folder


def grade(small, runner, folder, out, *, jobs=1, force=False):
    batch = Batch(small.assignment, runner, Places(out), fingerprint(b"test"), jobs, force)
    return [state for _, state in batch.run(discover(folder, small.assignment), pytest.fail)]


def reports(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (out / "reports").iterdir()}


@pytest.fixture(scope="module")
def undisturbed(small_course, small_runner, folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed")
    assert grade(small_course, small_runner, folder, out) == ["graded"] * len(CLASS)
    return reports(out)


def test_reports_are_the_same_bytes_with_two_at_a_time_and_another_process(
    small_course, small_runner, folder, undisturbed, tmp_path
):
    grade(small_course, small_runner, folder, tmp_path / "two", jobs=2)
    assert reports(tmp_path / "two") == undisturbed
    other = small_course.runner()
    try:
        grade(small_course, other, folder, tmp_path / "other", jobs=2)
    finally:
        other.close()
    assert reports(tmp_path / "other") == undisturbed


def test_a_second_run_skips_all_and_one_change_regrades_one(small_course, small_runner, folder, tmp_path):
    out = tmp_path / "out"
    grade(small_course, small_runner, folder, out)
    assert grade(small_course, small_runner, folder, out) == ["up to date"] * len(CLASS)
    assert grade(small_course, small_runner, folder, out, force=True) == ["graded"] * len(CLASS)
    changed = folder / "bob" / "tiny.py"
    changed.write_text(RIGHT)
    try:
        assert sorted(grade(small_course, small_runner, folder, out)) == ["graded"] + ["up to date"] * (len(CLASS) - 1)
    finally:
        changed.write_text(CLASS["bob"])


def test_a_corrupt_report_is_said_and_graded_again(small_course, small_runner, folder, undisturbed, tmp_path):
    out = tmp_path / "out"
    grade(small_course, small_runner, folder, out)
    (out / "reports" / "ann.json").write_text('{"format": 1')
    batch = Batch(small_course.assignment, small_runner, Places(out), fingerprint(b"test"))
    said: list[str] = []
    list(batch.run(discover(folder, small_course.assignment), said.append))
    assert len(said) == 1
    assert "ann.json" in said[0]
    assert reports(out) == undisturbed


def test_reports_hold_no_address_no_time_and_no_seed(undisturbed):
    text = b"".join(undisturbed.values()).decode()
    assert "0x7" not in text
    assert b"test".hex() not in text
    report = json.loads(undisturbed["ann.json"])
    assert report["seed_fingerprint"] == fingerprint(b"test")
    assert report["points"] == "3.5"


@pytest.mark.parametrize("victim", ["child", "server", "zygote"])
def test_killing_a_process_of_ours_changes_no_report(small_course, folder, undisturbed, tmp_path, victim):
    runner = small_course.runner()
    runner.start()
    assert runner._process is not None
    server = runner._process.pid
    stop = threading.Event()
    killed = []

    def kill_now_and_then() -> None:
        draw = random.Random(victim)
        while not stop.wait(0.2 + draw.random() / 3) and len(killed) < 3:
            alive = _children(server)
            if victim == "server":
                target = server if not killed else None
            else:
                target = next((pid for pid in alive if _is_zygote(pid) == (victim == "zygote")), None)
            if target is not None:
                os.kill(target, signal.SIGKILL)
                killed.append(target)

    thread = threading.Thread(target=kill_now_and_then)
    thread.start()
    try:
        grade(small_course, runner, folder, tmp_path, jobs=2)
    finally:
        stop.set()
        thread.join()
        runner.close()
    assert killed
    assert reports(tmp_path) == undisturbed


def _children(pid: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _is_zygote(pid: int) -> bool:
    try:
        return b"grader.sandbox.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_kill_minus_nine_of_the_command_loses_nothing_and_a_rerun_ends_the_same(small_course, folder, tmp_path):
    seed = tmp_path / "seed"
    seed.write_text("test")
    command = [sys.executable, "-m", "grader", "grade", "tiny", str(folder), "--seed-file", str(seed), "--jobs", "2"]

    def run(out: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, "--out", str(out)], cwd=small_course.course.root, stdout=subprocess.DEVNULL)

    assert run(tmp_path / "whole").wait() == 0
    out = tmp_path / "cut"
    for _ in range(3):
        process = run(out)
        before = len(list(out.glob("reports/*.json")))
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if len(list(out.glob("reports/*.json"))) > before:
                process.kill()
            time.sleep(0.01)
        process.wait()
        assert all(json.loads(p.read_text()) for p in out.glob("reports/*.json"))  # whole or absent
    assert run(out).wait() == 0
    assert reports(out) == reports(tmp_path / "whole")

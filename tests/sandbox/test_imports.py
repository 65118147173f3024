"""Importing a submission: one bad module does not sink the others, and nothing that it does is ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Worker
from grader.sandbox.faults import Crashed, Fault, NotAttempted, OutOfMemory, StudentRaised, TimedOut

Start = Callable[..., Worker]
Check = Callable[..., SubmissionProxy]
FINE = "def fine(x=1): return x\n"


@pytest.fixture
def beside(start: Start, check: Check) -> Callable[..., tuple[Worker, SubmissionProxy]]:
    """A bad module between two good ones."""

    def beside(bad: str, limits: Limits = Limits(cpu=0.5, wall=5, memory=512)) -> tuple[Worker, SubmissionProxy]:  # noqa: B008
        worker = start({"first": FINE, "bad": bad, "last": FINE.replace("fine", "last")}, limits)
        worker.launch.names.update(fine="first", of_bad="bad", last="last")  # type: ignore[attr-defined]
        submission = check(worker)
        assert submission.fine(2) == 2
        assert submission.last(3) == 3
        return worker, submission

    return beside


BAD = {
    "syntax error": ("def f(:\n  pass\n", SyntaxError, "invalid syntax"),
    "indentation": ("def f():\nreturn 1\n", SyntaxError, "expected an indented block"),
    "null byte": ("x = 1\0\n", (SyntaxError, ValueError), "null bytes"),
    "missing package": ("import no_such_package\n", ImportError, "No module named 'no_such_package'"),
    "value error": ("int('x')\n", ValueError, "invalid literal"),
    "sys.exit": ("import sys; sys.exit(0)\n", StudentRaised, "SystemExit: 0"),
    "keyboard interrupt": ("raise KeyboardInterrupt\n", StudentRaised, "KeyboardInterrupt"),
    "recursion": ("def f(): f()\nf()\n", RecursionError, "recursion"),
    "memory": ("raise MemoryError\n", OutOfMemory, r"the import of bad\.py ran out of memory"),
    "os._exit": ("import os; os._exit(3)\n", Crashed, r"ended itself during the import of bad\.py \(exit code 3\)"),
    "segfault": ("import ctypes; ctypes.string_at(0)\n", Crashed, "SIGSEGV during the import of bad.py"),
    "loop": ("while True: pass\n", TimedOut, r"the import of bad\.py did not finish within 0\.5 s of CPU time"),
    "grows": ("kept = []\nwhile True: kept.append(bytearray(1 << 24))\n", OutOfMemory, "memory"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_module_that_cannot_be_imported_costs_its_own_names_only(
    beside: Callable[..., tuple[Worker, SubmissionProxy]], name: str
) -> None:
    source, kind, words = BAD[name]
    _, submission = beside(source)
    with pytest.raises(kind, match=words):
        submission.of_bad(1)
    with pytest.raises(kind, match=words):  # as an argument too
        submission.fine(submission.of_bad)
    assert submission.fine() == 1
    failure = submission.import_failure("bad")
    assert isinstance(failure, (StudentRaised, Fault))
    assert submission.import_failure("first") is None


def test_a_module_that_sleeps_at_import_is_a_time_out_that_may_be_the_machines(
    beside: Callable[..., tuple[Worker, SubmissionProxy]],
) -> None:
    _, submission = beside("import time; time.sleep(60)\n", Limits(cpu=5, wall=0.7))
    with pytest.raises(TimedOut) as caught:
        submission.of_bad()
    assert caught.value.suspect


def test_a_syntax_error_names_line_and_column(beside: Callable[..., tuple[Worker, SubmissionProxy]]) -> None:
    _, submission = beside("x = 1\ny = = 2\n")
    with pytest.raises(SyntaxError) as caught:
        submission.of_bad()
    (frame,) = caught.value.frames  # type: ignore[attr-defined]
    assert (frame.file, frame.line, frame.function) == ("bad.py", 2, "column 5")


def test_a_missing_file_is_not_attempted(start: Start, check: Check) -> None:
    worker = start({"m": FINE})
    worker.launch.names.update(g="other")  # type: ignore[attr-defined]
    with pytest.raises(NotAttempted, match=r"other\.py was not handed in, so there is no `g`"):
        check(worker).g(1)


def test_a_missing_name_names_its_file(start: Start, check: Check) -> None:
    worker = start({"m": FINE})
    worker.launch.names.update(g="m")  # type: ignore[attr-defined]
    with pytest.raises(NotAttempted, match=r"m\.py defines no `g`\. Was it renamed or removed\?"):
        check(worker).g(1)


def test_a_submission_without_any_file_is_not_attempted(start: Start, check: Check) -> None:
    with pytest.raises(NotAttempted):
        check(start({})).f(1)


def test_modules_import_each_other_by_name(start: Start, check: Check) -> None:
    worker = start({"b": "from a import one\ndef two(): return one() + 1\n", "a": "def one(): return 1\n"})
    assert check(worker).two() == 2


def test_a_thread_left_by_the_import_means_a_fresh_process_for_each_check(start: Start, check: Check) -> None:
    worker = start(
        """
        import threading, time
        N = 0
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        def count():
            global N
            N += 1
            return N
        """
    )
    first = check(worker)
    assert worker._direct
    assert [first.count(), first.count()] == [1, 2]
    first.close()
    assert check(worker).count() == 1


def test_prints_at_import_are_kept_and_bounded(start: Start, check: Check) -> None:
    worker = start("print('x' * 100_000)\nprint('end')\n" + FINE)
    check(worker)
    assert worker.import_output.startswith("xxx")
    assert "more bytes were printed]" in worker.import_output
    assert len(worker.import_output) < 17_000


def test_a_slow_import_is_done_once(start: Start, check: Check) -> None:
    worker = start("import os\nprint('imported', os.getpid())\ndef parent(): return os.getppid()\n")
    assert len({check(worker).parent() for _ in range(3)}) == 1
    assert worker.import_output.count("imported") == 1


def test_an_import_may_forge_messages_and_gains_nothing(start: Start, check: Check) -> None:
    forge = """
        import os, socket, struct
        def send(head):
            for fd in range(3, 100):
                try: s = socket.socket(fileno=os.dup(fd))
                except OSError: continue
                s.sendall(struct.pack("<4sIQ", b"GRD1", len(head), 0) + head)
        """
    for more in (
        """send(b'{"importing": "grader"}'); os._exit(0)""",
        """send(b'{"importing": 7}'); os._exit(0)""",
        """send(b'{"ready": true, "failed": 5}'); os._exit(0)""",
        """send(b'{"ready": true, "failed": {"m": {"type": 5, "bases": 7, "frames": 3}}}')""",
        """send(b'{"ready": true, "failed": {"m": "x", "other": {}}, "obstacle": [1]}')""",
        """send(b'[1]')""",
        """send(b'x' * 100)""",
    ):
        worker = start(f"{forge}\n        {more}\n        def fine(): return 1\n")
        submission = None
        try:
            submission = check(worker)
            got = submission.fine()
        except (StudentRaised, Fault) as fault:
            got = fault
        assert got == 1 or isinstance(got, (StudentRaised, Fault)), more


def test_a_stubborn_base_process_costs_its_own_checks_only(start: Start, check: Check) -> None:
    worker = start("import os\ndef stay():\n    while True: pass\nos.register_at_fork(after_in_parent=stay)\n" + FINE)
    assert check(worker).fine() == 1
    with pytest.raises(TimedOut):
        check(worker).fine()
    assert check(start(FINE)).fine() == 1


BLAMES_ANOTHER = """
import gc, os
from grader.sandbox.channel import Channel
for channel in gc.get_objects():
    if isinstance(channel, Channel):
        channel.send({"importing": "b"})
os._exit(0)
"""


def test_a_module_that_announces_another_one_ends_as_a_crash_of_its_own(start: Start, check: Check) -> None:
    worker = start({"a": BLAMES_ANOTHER, "b": "x = 1", "c": "def f(): return 3"})
    worker.ensure()
    assert isinstance(worker.failed["a"], Crashed)
    assert "c" not in worker.failed
    assert check(worker).f() == 3

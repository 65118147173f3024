"""The watch over a worker: prints kept up to a limit, and what a tree of processes uses."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

from grader.sandbox.watch import Output, Usage, tree, usage


def test_prints_are_kept_up_to_the_limit_and_read_to_the_end() -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    output = Output(10, read)
    for _ in range(30):
        os.write(write, b"0123456789abcdef" * 100)
        output.drain()
    os.close(write)
    output.drain()
    assert output.fd is None
    assert output.text() == f"0123456789\n[… {48_000 - 10} more bytes were printed]"


def test_a_cut_character_is_no_error() -> None:
    read, write = os.pipe()
    os.write(write, "üüü".encode())
    os.close(write)
    output = Output(3, read)
    output.drain()
    assert output.text() == "ü�\n[… 3 more bytes were printed]"


def test_closing_twice_is_closing_once() -> None:
    read, write = os.pipe()
    output = Output(3, read)
    output.close()
    output.close()
    os.close(write)


def test_memory_counts_what_each_process_has_beyond_its_start() -> None:
    assert Usage(0.0, (100.0, 130.0, 90.0)).above(100.0) == 30.0


def test_a_tree_is_a_process_and_its_descendants(soon: Callable[[Callable[[], bool]], bool]) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import os, time; os.fork() or os.fork(); time.sleep(60)"])
    assert soon(lambda: len(tree(child.pid)) == 3)
    assert child.pid in tree(os.getpid())
    for pid in reversed(tree(child.pid)):
        os.kill(pid, 9)
    child.wait()
    assert tree(child.pid) == [child.pid]
    assert usage(child.pid) == Usage()


def test_cpu_time_counts_children_that_have_ended() -> None:
    start = usage(os.getpid()).cpu
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.15: pass"], check=True)
    time.sleep(0.02)
    assert usage(os.getpid()).cpu - start >= 0.1


SHARES = """
import mmap, os, sys, time
block = mmap.mmap(-1, 64 << 20)
block.write(b"x" * (64 << 20))
children = [os.fork() for _ in range(1)]
if children[0] == 0:
    sum(block[i] for i in range(0, 64 << 20, 4096))  # maps the same pages
print("there", flush=True)
time.sleep(60)
"""


def test_shared_memory_counts_once_however_many_map_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", SHARES], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    for _ in range(2):
        assert child.stdout.readline() == "there\n"
    private = sum(usage(child.pid).private)
    for pid in reversed(tree(child.pid)):
        os.kill(pid, 9)
    child.wait()
    child.stdout.close()
    assert 64 <= private < 64 + 60

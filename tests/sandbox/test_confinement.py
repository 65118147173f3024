"""Each level of confinement works for honest code, is told by its name, and holds what it promises."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import LEVELS, Engine, Launch, Worker, make_engine
from grader.sandbox.faults import BadValue

LIMITS = Limits(cpu=10, wall=30, memory=1024)
SOURCE = b"""
import ctypes, errno, os, signal, socket, sys, threading, time
import torch
from torch import nn

LIBC = ctypes.CDLL(None, use_errno=True)

def training_step(x, y):
    model = nn.Sequential(nn.Conv1d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.LazyLinear(1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def several_layers(x):
    rnn = nn.LSTM(4, 4, batch_first=True)
    y = nn.functional.scaled_dot_product_attention(x, x, x) + rnn(x)[0]
    return torch.linalg.svdvals(y), torch.func.vmap(torch.sin)(y), y @ y.transpose(-1, -2)

class Squares(torch.utils.data.Dataset):
    def __len__(self): return 10
    def __getitem__(self, i): return torch.tensor(float(i * i))

def load_with_workers(n):
    loader = torch.utils.data.DataLoader(Squares(), batch_size=5, num_workers=n)
    return torch.cat(list(loader))

def save_and_load():
    path = os.path.join(os.environ["TMPDIR"], "m.pt")
    torch.save({"w": torch.ones(3)}, path)
    return torch.load(path)["w"]

def threads_and_children():
    ran = []
    t = threading.Thread(target=lambda: ran.append(1)); t.start(); t.join()
    pid = os.fork()
    if pid == 0: os._exit(7)
    return ran, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def attempt(action, *args):
    try: action(*args)
    except OSError as error: return errno.errorcode.get(error.errno, "?")
    return "done"

def call(number, *args):
    ctypes.set_errno(0)
    result = LIBC.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return errno.errorcode[ctypes.get_errno()] if result < 0 else "done"

def read(path):
    with open(path, "rb") as file: return file.read(10)

def write(path):
    with open(path, "ab") as file: file.write(b"x")

def reads(paths): return {p: attempt(os.listdir if os.path.isdir(p) else read, p) for p in paths}
def writes(paths): return {p: attempt(write, p) for p in paths}
def sockets(): return {str(f): attempt(socket.socket, f, socket.SOCK_DGRAM) for f in (2, 10, 16, 17, 40)}
def abstract(name):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    return attempt(s.connect, b"\\0" + name)
def kills(pids): return {str(p): attempt(os.kill, p, 0) for p in pids}
def run(path): return attempt(os.execv, path, [path])
def shell(command):
    import subprocess
    return subprocess.run(command, shell=True).returncode
def a_set(): return {1}
def who(): return os.getuid(), os.getgid(), os.getgroups()
def status():
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return {k: v.strip() for k, v in lines.items() if k.startswith(("Cap", "NoNew", "Seccomp", "NStgid"))}
STATUS = status()  # at some levels a fork cannot read its own /proc
def status_at_import(): return STATUS
def listing(path): return sorted(os.listdir(path))
def own_file(): return __file__
def descriptors():
    links = (f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd") if int(fd) > 2)
    return [os.readlink(link) for link in links if os.path.lexists(link)]
def syscalls(): return {
    "ptrace": call(101, 0, 0, 0, 0), "process_vm_readv": call(310, 1, 0, 0, 0, 0, 0), "unshare": call(272, 0x10000000),
    "setns": call(308, 3, 0), "mount": call(165, 0, 0, 0, 0, 0), "bpf": call(321, 0, 0, 0), "io_uring": call(425, 8, 0),
    "userfaultfd": call(323, 0), "keyctl": call(250, 0, -3, 0), "perf": call(298, 0, 0, 0, 0, 0),
    "memfd_create": call(319, b"x", 0), "open_by_handle_at": call(304, 3, 0, 0), "pidfd_getfd": call(438, 3, 3, 0),
    "chroot": call(161, b"/"), "personality": call(135, 0xFFFFFFFF), "init_module": call(175, 0, 0, 0),
    "shmget": call(29, 0, 4096, 0o1000), "clone3": call(435, 0, 0),
    "clone(NEWUSER)": call(56, 0x10000000 | 17, 0, 0, 0, 0),
}
"""


@pytest.fixture(scope="module", params=LEVELS)
def level(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Engine]:
    """An engine of each level; the session's own one where that is it."""
    if engine.holding.level == request.param:
        yield engine
        return
    other = make_engine("fork", wish=request.param)
    if other.holding.level != request.param:
        other.close()
        pytest.skip(f"{request.param} is not to be had here: {'; '.join(other.holding.notes)}")
    yield other
    other.close()


@pytest.fixture(scope="module")
def worker(level: Engine) -> Iterator[Worker]:
    worker = Worker(level, Launch({"m.py": SOURCE}, ("m",), {}, 1, LIMITS))
    yield worker
    worker.kill()


@pytest.fixture
def submission(worker: Worker) -> Iterator[SubmissionProxy]:
    submission = SubmissionProxy(worker, 1, LIMITS)
    yield submission
    submission.close()


def confined(level: Engine) -> bool:
    return level.holding.level != "process"


# ------------------------------------------------------------------ honest code


def test_the_level_is_told_with_its_mechanisms(level: Engine) -> None:
    holding = level.holding
    assert {"rlimits", "no_new_privs"} <= set(holding.mechanisms)
    assert ("mount" in holding.mechanisms) == (holding.level == "isolated")
    assert ("landlock" in holding.mechanisms) == confined(level)
    about_python = ("keep the right", "cannot import what is not preloaded")  # of root, where only root can enter it
    assert all(any(part in note for part in about_python) for note in holding.notes)


def test_honest_code_runs(submission: SubmissionProxy) -> None:
    losses = submission.training_step(torch.randn(8, 1, 5), torch.randn(8, 1))
    assert losses[-1] < losses[0]
    assert [tuple(t.shape) for t in submission.several_layers(torch.randn(2, 3, 4))] == [(2, 3), (2, 3, 4), (2, 3, 3)]
    assert torch.equal(submission.save_and_load(), torch.ones(3))
    assert submission.threads_and_children() == ([1], 7)


def test_a_loader_without_processes_works(submission: SubmissionProxy) -> None:
    assert torch.equal(submission.load_with_workers(0), torch.arange(10.0) ** 2)


@pytest.mark.parametrize("level", ["isolated"], indirect=True)
def test_a_loader_with_two_processes_works(submission: SubmissionProxy) -> None:
    assert torch.equal(submission.load_with_workers(2), torch.arange(10.0) ** 2)


# ------------------------------------------------------------------ what no level allows


def test_system_calls_that_reach_out_are_refused(submission: SubmissionProxy) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("numbers of another machine")
    found = submission.syscalls()
    assert set(found.values()) <= {"EPERM", "ENOSYS"}, found


def test_there_is_no_network(submission: SubmissionProxy) -> None:
    assert set(submission.sockets().values()) == {"EPERM"}


def test_no_program_can_be_started(submission: SubmissionProxy) -> None:
    assert submission.run("/bin/true") == "EPERM"
    with pytest.raises(PermissionError):
        submission.shell("true")


READS_ALL = 1 << 2  # CAP_DAC_READ_SEARCH, kept where only root can enter the folder that Python lies in


def test_a_worker_is_nobody_without_any_power(submission: SubmissionProxy, level: Engine) -> None:
    uid, gid, groups = submission.who()
    assert uid != 0
    assert gid != 0
    assert set(groups) <= {gid, 65534}
    status = submission.status_at_import()
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    kept = READS_ALL if any("keep the right" in note for note in level.holding.notes) else 0
    for name, allowed in {"CapInh": 0, "CapPrm": kept, "CapEff": kept, "CapAmb": 0}.items():
        assert int(status[name], 16) == allowed


def test_no_descriptor_of_ours_is_left_open(submission: SubmissionProxy, level: Engine) -> None:
    if level.holding.level == "restricted":
        pytest.skip("a fork cannot read its own /proc there")
    assert len(submission.descriptors()) <= 2  # the conversation, and the listing itself


def test_the_submission_cannot_be_written(submission: SubmissionProxy, level: Engine) -> None:
    if not confined(level) and os.getuid() != 0:
        pytest.skip("the lowest level does not keep processes of one user apart")
    path = submission.own_file()
    assert set(submission.writes([path, f"{os.path.dirname(path)}/new.py"]).values()) <= {"EROFS", "EACCES", "EPERM"}


def test_the_interpreter_cannot_be_written(submission: SubmissionProxy) -> None:
    paths = [torch.__file__, f"{sys.prefix}/new.pth", "/etc/new", "/usr/new"]
    assert set(submission.writes(paths).values()) <= {"EROFS", "EACCES", "EPERM", "ENOENT"}


# ------------------------------------------------------------------ what the level adds


def test_files_of_the_host_cannot_be_read(submission: SubmissionProxy, level: Engine, tmp_path: Path) -> None:
    if not confined(level):
        pytest.skip("the lowest level does not hide files")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    for folder in (secret, *secret.parents[:-1]):
        with suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o555)
    paths = [str(secret), str(tmp_path), __file__, "/etc/passwd", "/etc/shadow", "/root", "/home", "/var", "/boot"]
    paths += [f"/proc/{os.getpid()}/environ", f"/proc/{os.getpid()}/cmdline", "/proc/kcore", "/sys/kernel"]
    found = submission.reads(paths)
    assert set(found.values()) <= {"ENOENT", "EACCES", "EPERM"}, found


def test_other_processes_cannot_be_signalled(submission: SubmissionProxy, level: Engine) -> None:
    if not confined(level) and os.getuid() != 0:
        pytest.skip("the lowest level does not keep processes of one user apart")
    assert set(submission.kills([os.getpid(), os.getppid()]).values()) <= {"ESRCH", "EPERM"}


def test_an_abstract_socket_of_the_host_cannot_be_reached(submission: SubmissionProxy, level: Engine) -> None:
    if not confined(level):
        pytest.skip("the lowest level has the host's sockets")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(b"\0grader-test")
        server.listen()
        assert submission.abstract(b"grader-test") in ("EPERM", "ECONNREFUSED")


@pytest.mark.parametrize("level", ["isolated"], indirect=True)
def test_an_isolated_worker_sees_an_almost_empty_machine(submission: SubmissionProxy) -> None:
    assert set(submission.reads(["/", "/dev", "/sys", "/etc", "/tmp"]).values()) <= {"EACCES", "ENOENT"}
    assert len([name for name in submission.listing("/proc") if name.isdigit()]) <= 2
    assert submission.listing("/sub") == ["m.py"]


def test_two_workers_do_not_see_each_others_files(level: Engine, submission: SubmissionProxy) -> None:
    if level.holding.level == "isolated":
        pytest.skip("there each has a file system of its own")
    if not confined(level) and os.getuid() != 0:
        pytest.skip("the lowest level does not keep processes of one user apart")
    other = Worker(level, Launch({"m.py": SOURCE}, ("m",), {}, 1, LIMITS))
    other.ensure()
    path = SubmissionProxy(other, 1, LIMITS)
    theirs = path.own_file()
    assert submission.reads([theirs, os.path.dirname(theirs)]) == {theirs: "EACCES", os.path.dirname(theirs): "EACCES"}
    path.close()
    other.kill()


# ------------------------------------------------------------------ falling back

WITHOUT_NAMESPACES = """
import sys
from grader.sandbox.confine import syscalls as sc
if sys.argv[1] == "limit":
    import os
    uid, gid = os.getuid(), os.getgid()
    sc.unshare(sc.NEWUSER)
    open("/proc/self/uid_map", "w").write(f"0 {uid} 1")
    open("/proc/self/setgroups", "w").write("deny")
    open("/proc/self/gid_map", "w").write(f"0 {gid} 1")
    open("/proc/sys/user/max_user_namespaces", "w").write("0")
    open("/proc/sys/user/max_pid_namespaces", "w").write("0")
else:
    import errno, tempfile
    import pyseccomp as seccomp
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in ("unshare", "mount", "setns"):
        rules.add_rule(seccomp.ERRNO(errno.EPERM), name)
    sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
    rules.load()
from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Launch, Worker, make_engine
engine = make_engine("fork")
worker = Worker(engine, Launch({"m.py": b"def f(x): return x + 1"}, ("m",), {}, 1, Limits()))
submission = SubmissionProxy(worker, 1, Limits())
print(engine.holding.level, submission.f(1), engine.holding.notes)
submission.close()
worker.kill()
engine.close()
"""


@pytest.mark.parametrize("how", ["limit", "filter"])
def test_without_namespaces_the_level_is_restricted(how: str) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_NAMESPACES, how], capture_output=True, text=True, check=False)
    if "unshare" in done.stderr and how == "limit":
        pytest.skip(f"no user namespace to try this in: {done.stderr.splitlines()[-1]}")
    assert done.stdout.startswith("restricted 2 ('namespaces are not available"), done.stdout + done.stderr


AS_NOBODY = """
import os, torch
from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Launch, Worker, make_engine
engine = make_engine("fork")
worker = Worker(engine, Launch({"m.py": b"import os\\ndef f(x): return x + 1, os.getuid()"}, ("m",), {}, 1, Limits()))
submission = SubmissionProxy(worker, 1, Limits())
print(engine.holding.level, *submission.f(1))
submission.close()
worker.kill()
engine.close()
"""


def test_an_unprivileged_user_can_grade() -> None:
    nobody: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    try:
        subprocess.run([sys.executable, "-c", "import torch"], **nobody, check=True, capture_output=True)
    except (subprocess.CalledProcessError, PermissionError):
        pytest.skip(f"{sys.executable} cannot be used by another user")
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY], **nobody, capture_output=True, text=True, cwd="/", check=False
    )
    level, value, uid = done.stdout.split()
    assert level in LEVELS
    assert value == "2"
    assert uid != "0"


def test_a_level_that_cannot_be_wished_for_is_refused() -> None:
    with pytest.raises(ValueError, match="isolated, restricted, process"):
        make_engine("fork", wish="none")


def test_a_sealed_worker_still_says_what_is_wrong_with_a_value(submission: SubmissionProxy) -> None:
    with pytest.raises(BadValue):
        submission.a_set()

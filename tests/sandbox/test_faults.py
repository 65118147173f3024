"""Whatever student code does to its process is a fault of that check alone: the next check and worker are sound."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import torch

from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Engine, Launch, Worker, make_engine
from grader.sandbox.faults import Crashed, Fault, OutOfMemory, StudentRaised, TimedOut

LIMITS = Limits(cpu=0.5, wall=5, memory=512, processes=40, items=50, output=16, message=16)
SOURCE = b"""
import ctypes, os, resource, signal, socket, struct, sys, threading, time
import torch

LIBC = ctypes.CDLL(None)
def rename(name): LIBC.prctl(15, name.encode(), 0, 0, 0)

def fine(x=1): return x
def exit_quietly(): os._exit(0)
def exit_loudly(): os._exit(3)
def segfault(): ctypes.string_at(0)
def abort(): os.abort()
def kill_self(): os.kill(os.getpid(), signal.SIGKILL)
def kill_parent(): os.kill(os.getppid(), signal.SIGKILL); time.sleep(0.2); return "still here"
def kill_all():
    try: os.kill(-1, signal.SIGKILL)
    except ProcessLookupError: return "still here"
def stop_self(): os.kill(os.getpid(), signal.SIGSTOP)
def loop():
    while True: pass
def loop_in_c(): return sum(range(10**12))
def loop_deaf():
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
    while True: pass
def loop_in_children():
    for _ in range(3):
        if os.fork() == 0:
            while True: pass
    time.sleep(60)
def loop_in_an_orphan():
    if os.fork() == 0:
        if os.fork() == 0:
            while True: pass
        os._exit(0)
    os.wait()
    time.sleep(60)
def loop_in_a_thread():
    threading.Thread(target=loop, daemon=True).start()
    time.sleep(60)
def sleep(): time.sleep(60)
def grow_list():
    items = []
    while True: items.append(bytearray(1 << 22))
def grow_tensor():
    kept = [torch.zeros(1 << 20)]
    while True: kept.append(torch.cat(kept))
def grow_in_children():
    for _ in range(6):
        if os.fork() == 0:
            kept = [os.urandom(1 << 20) for _ in range(150)]
            time.sleep(60)
    time.sleep(60)
def fork_bomb():
    n = 0
    while True:
        if os.fork() == 0: time.sleep(60); os._exit(0)
        n += 1
def thread_bomb():
    while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
def close_everything(): os.closerange(0, 1000)
def close_and_go_on(): os.closerange(3, 1000); time.sleep(60)
def write_everywhere():
    for fd in range(3, 1000):
        try: os.write(fd, b"garbage" * 1000)
        except OSError: pass
    return 1
def the_socket():
    for fd in range(3, 300):
        try: return socket.socket(fileno=os.dup(fd))
        except OSError: continue
def frame(head, payload=b"", claim=None):
    return struct.pack("<4sIQ", b"GRD1", len(head), len(payload) if claim is None else claim) + head + payload
def send_raw(data):
    the_socket().sendall(data)
    time.sleep(60)
def forge_header(): send_raw(struct.pack("<4sIQ", b"GRD1", (1 << 32) - 1, 0))
def forge_payload(): send_raw(frame(b"{}", claim=1 << 60))
def forge_large_payload(): send_raw(frame(b"{}", claim=15 << 20))
def forge_nesting(): send_raw(frame(b"[" * 100000))
def forge_no_tables(): send_raw(frame(b"{}"))
def forge_dtype(): send_raw(frame(b'{"tree":["T",0],"tensors":[["load",[1],null,false]],"blobs":[]}'))
def forge_shape(): send_raw(frame(b'{"tree":["T",0],"tensors":[["float32",[1e9],null,false]],"blobs":[]}'))
def forge_size(): send_raw(frame(b'{"tree":["T",0],"tensors":[["float32",[1000000000000],null,false]],"blobs":[]}'))
def forge_object(): send_raw(frame(b'{"tree":["r",5],"tensors":[],"blobs":[]}'))
def forge_module(): send_raw(frame(b'{"tree":["h",9,"module","M"],"tensors":[],"blobs":[]}'))
def forge_news(): send_raw(frame(b'{"tree":1,"news":["l",[1,2]],"tensors":[],"blobs":[]}'))
def forge_deep_news():
    news = b'["l",[["d",[[5,["l",[1,2,3]]]]],["d",[]]]]'
    send_raw(frame(b'{"tree":1,"news":' + news + b',"tensors":[],"blobs":[]}'))
def forge_gens(): send_raw(frame(b'{"tree":1,"gens":7,"tensors":[],"blobs":[]}'))
def forge_changed(): send_raw(frame(b'{"tree":1,"changed":7,"tensors":[],"blobs":[]}'))
def forge_error(): send_raw(frame(b'{"err":[1],"tensors":[],"blobs":[]}'))
def forge_graph(): send_raw(frame(b'{"tree":["T",0],"tensors":[["float32",[1],null,true]],"blobs":[]}', b"1234"))
def forge_request(): send_raw(frame(b'{"v":"call","o":100,"n":"__class__","tree":1,"tensors":[],"blobs":[]}'))
def forge_verb(): send_raw(frame(b'{"v":"exec","o":"x","n":5,"tree":1,"tensors":[],"blobs":[]}'))
def forge_releases(): send_raw(frame(b'{"v":"get","rel":5,"o":1,"n":"x","tree":1,"tensors":[],"blobs":[]}'))
def forge_error_of_ours():
    send_raw(frame(b'{"err":{"type":"AssertionError","bases":["AssertionError"],"callback":77,"frames":[[1]]},"tensors":[],"blobs":[]}'))
def answer_early(value):
    the_socket().sendall(frame(b'{"tree":"forged","tensors":[],"blobs":[]}'))
    return value
def drip():
    s = the_socket()
    for byte in frame(b"{" + b" " * 5000 + b"}"):
        s.send(bytes([byte])); time.sleep(0.02)
def flood_requests():
    s, nothing = the_socket(), b'["t",[["t",[]],["d",[]]]]'
    while True: s.sendall(frame(b'{"v":"call","o":1,"n":null,"tree":' + nothing + b',"tensors":[],"blobs":[]}') * 20)
def leave_child(name):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            rename(name)
            for number in range(1, 65):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            os.closerange(0, 1000)
            while True: time.sleep(1)
        os._exit(0)
    os.wait()
    return 1
def leave_thread(name):
    def body():
        rename(name)
        while True: time.sleep(1)
    threading.Thread(target=body).start()
    return 1
def fill_disk(): open("x", "wb").write(bytes(300 << 20))
def fill_disk_slowly():
    for i in range(400): open(f"x{i}", "wb").write(bytes(1 << 20))
def break_prints():
    class Broken:
        def __getattr__(self, name): raise RuntimeError("broken")
    sys.stdout = sys.stderr = Broken()
    return 1
def close_prints(): os.close(1); os.close(2); sys.stdout.close(); return 1
def raise_limits(): resource.setrlimit(resource.RLIMIT_AS, (-1, -1)); return 1
class Late:
    def __init__(self): pass
    def __getattr__(self, name): os._exit(4)
def items():
    yield 1
    os._exit(5)
def call(f): return f()
def explode(x):
    class Cut(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x): return x * 2
        @staticmethod
        def backward(ctx, g): os._exit(6)
    return Cut.apply(x)
"""


@pytest.fixture(scope="module")
def worker(engine: Engine) -> Iterator[Worker]:
    worker = Worker(engine, Launch({"m.py": SOURCE}, ("m",), {}, 1, LIMITS))
    yield worker
    worker.kill()


@pytest.fixture
def submission(worker: Worker) -> Iterator[SubmissionProxy]:
    """A check that a test may ruin; then the next one is tried on the same worker."""
    submission = SubmissionProxy(worker, 1, LIMITS)
    yield submission
    submission.close()
    following = SubmissionProxy(worker, 1, LIMITS)
    assert following.fine(2) == 2
    following.close()


ENDS = {
    "exit_quietly": r"ended itself during the call of exit_quietly \(exit code 0\)",
    "exit_loudly": r"ended itself during the call of exit_loudly \(exit code 3\)",
    "segfault": "was ended by SIGSEGV during the call of segfault",
    "abort": "was ended by SIGABRT",
    "close_everything": "ended itself|ended during",
    "close_and_go_on": "ended during the call of close_and_go_on",
}


@pytest.mark.parametrize("name", ENDS)
def test_a_process_that_ends_is_a_crash(submission: SubmissionProxy, name: str) -> None:
    start = time.monotonic()
    with pytest.raises(Crashed, match=ENDS[name]):
        getattr(submission, name)()
    assert time.monotonic() - start < 3
    with pytest.raises(Crashed, match=ENDS[name]):  # and it stays so for this check
        submission.fine()


def test_a_kill_may_have_come_from_outside(submission: SubmissionProxy) -> None:
    with pytest.raises(Crashed, match="was killed during the call of kill_self") as caught:
        submission.kill_self()
    assert caught.value.suspect


@pytest.mark.usefixtures("isolated")
def test_a_process_cannot_kill_its_parent(submission: SubmissionProxy, worker: Worker) -> None:
    before = worker._process
    assert submission.kill_parent() == "still here"
    assert submission.kill_all() == "still here"
    assert worker._process is before


LOOPS = ["loop", "loop_in_c", "loop_deaf", "loop_in_children", "loop_in_an_orphan", "loop_in_a_thread"]


@pytest.mark.parametrize("name", LOOPS)
def test_an_endless_loop_is_a_time_out_by_cpu_time(submission: SubmissionProxy, name: str) -> None:
    with pytest.raises(TimedOut, match=rf"the call of {name} did not finish within 0\.5 s of CPU time") as caught:
        getattr(submission, name)()
    assert not caught.value.suspect
    with pytest.raises(TimedOut):
        submission.fine()


@pytest.mark.parametrize("name", ["sleep", "stop_self", "drip"])
def test_waiting_is_a_time_out_that_may_be_the_machines(worker: Worker, name: str) -> None:
    submission = SubmissionProxy(worker, 1, Limits(cpu=0.5, wall=0.4))
    with pytest.raises(TimedOut, match=r"did not finish within 0\.4 s") as caught:
        getattr(submission, name)()
    assert caught.value.suspect
    submission.close()
    following = SubmissionProxy(worker, 1, LIMITS)
    assert following.fine() == 1
    following.close()


def test_requests_without_end_are_stopped(submission: SubmissionProxy) -> None:
    with pytest.raises((TimedOut, Crashed)):
        submission.flood_requests()


@pytest.mark.parametrize("name", ["grow_list", "grow_tensor", "grow_in_children"])
def test_too_much_memory_is_out_of_memory(worker: Worker, name: str) -> None:
    submission = SubmissionProxy(worker, 1, Limits(cpu=5, wall=10, memory=300, processes=40))
    with pytest.raises(OutOfMemory, match="memory"):
        getattr(submission, name)()
    submission.close()
    following = SubmissionProxy(worker, 1, LIMITS)
    assert following.fine() == 1
    following.close()


@pytest.mark.parametrize("name", ["fork_bomb", "thread_bomb"])
def test_a_bomb_of_processes_ends_at_its_limit(submission: SubmissionProxy, name: str) -> None:
    with pytest.raises(StudentRaised, match=r"Resource temporarily unavailable|can't start new thread"):
        getattr(submission, name)()


FORGED = [
    "write_everywhere",
    "forge_header",
    "forge_payload",
    "forge_nesting",
    "forge_no_tables",
    "forge_dtype",
    "forge_shape",
    "forge_size",
    "forge_object",
    "forge_module",
    "forge_news",
    "forge_deep_news",
    "forge_gens",
    "forge_changed",
    "forge_error",
    "forge_graph",
    "forge_request",
    "forge_verb",
    "forge_releases",
]


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_message_is_a_broken_protocol(submission: SubmissionProxy, name: str) -> None:
    with pytest.raises(Crashed, match="the worker broke the protocol: malformed message"):
        getattr(submission, name)()
    with pytest.raises(Crashed):
        submission.fine()


def test_a_promise_that_is_not_kept_is_a_time_out(worker: Worker) -> None:
    submission = SubmissionProxy(worker, 1, Limits(wall=0.4, message=16))
    with pytest.raises(TimedOut):
        submission.forge_large_payload()
    submission.close()


def test_a_forged_error_is_never_ours(submission: SubmissionProxy) -> None:
    with pytest.raises(StudentRaised) as caught:
        submission.forge_error_of_ours()
    assert not isinstance(caught.value, AssertionError)


def test_an_answer_sent_early_is_the_students_answer_and_spoils_only_their_own_check(
    submission: SubmissionProxy,
) -> None:
    assert submission.answer_early("real") == "forged"
    assert submission.fine("asked") == "real"


def test_a_crash_in_a_backward_an_item_or_an_attribute_is_a_crash(worker: Worker) -> None:
    submission = SubmissionProxy(worker, 1, LIMITS)
    y = submission.explode(torch.ones(2, requires_grad=True)).sum()
    with pytest.raises(Crashed, match=r"ended itself during the backward pass of explode \(exit code 6\)"):
        y.backward()
    submission.close()
    submission = SubmissionProxy(worker, 1, LIMITS)
    with pytest.raises(Crashed, match=r"ended itself during the generator items \(exit code 5\)"):
        list(submission.items())
    submission.close()
    submission = SubmissionProxy(worker, 1, LIMITS)
    with pytest.raises(Crashed, match=r"\(exit code 4\)"):
        submission.Late().anything  # noqa: B018
    submission.close()


def test_a_crash_under_a_callable_is_a_crash(submission: SubmissionProxy) -> None:
    with pytest.raises(Crashed, match="exit code 3"):
        submission.call(lambda: submission.exit_loudly())


@pytest.mark.parametrize("name", ["leave_child", "leave_thread"])
def test_nothing_outlives_its_check(
    worker: Worker, name: str, named: Callable[[str], list[int]], soon: Callable[[Callable[[], bool]], bool]
) -> None:
    mark = f"left-{name[6:]}"
    submission = SubmissionProxy(worker, 1, LIMITS)
    assert getattr(submission, name)(mark) == 1
    if name == "leave_child":
        assert soon(lambda: bool(named(mark)))
    process = worker._process
    submission.close()
    assert soon(lambda: not named(mark))
    assert worker._process is process


@pytest.mark.usefixtures("isolated")
def test_a_full_disk_is_the_students_and_empty_for_the_next_check(worker: Worker) -> None:
    for name in ("fill_disk", "fill_disk_slowly"):
        submission = SubmissionProxy(worker, 1, Limits(cpu=5, wall=20))
        with pytest.raises(OSError, match=r"File too large|No space left"):
            getattr(submission, name)()
        submission.close()


@pytest.mark.parametrize("name", ["break_prints", "close_prints"])
def test_a_check_without_prints_goes_on(submission: SubmissionProxy, name: str) -> None:
    assert getattr(submission, name)() == 1
    assert submission.fine(3) == 3


def test_limits_cannot_be_raised(submission: SubmissionProxy) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        submission.raise_limits()


def test_the_worker_is_the_same_after_a_fault_that_leaves_it_whole(worker: Worker) -> None:
    worker.ensure()
    process = worker._process
    submission = SubmissionProxy(worker, 1, LIMITS)
    with pytest.raises(Fault):
        submission.exit_loudly()
    submission.close()
    following = SubmissionProxy(worker, 1, LIMITS)
    assert following.fine() == 1
    following.close()
    assert worker._process is process


def test_a_worker_that_dies_between_two_checks_is_started_again(worker: Worker) -> None:
    worker.ensure()
    assert worker._process is not None
    worker._process._forked.kill()  # type: ignore[attr-defined]
    assert worker._process.exit_status() == -9
    submission = SubmissionProxy(worker, 1, LIMITS)
    assert submission.fine() == 1
    submission.close()


@pytest.mark.parametrize("name", ["segfault", "loop"])
def test_a_plain_subprocess_survives_its_students_too(name: str) -> None:
    engine = make_engine("spawn")
    worker = Worker(engine, Launch({"m.py": SOURCE}, ("m",), {}, 1, Limits(cpu=20)))
    submission = SubmissionProxy(worker, 1, LIMITS)
    with pytest.raises((Crashed, TimedOut)):
        getattr(submission, name)()
    with pytest.raises((Crashed, TimedOut)):
        submission.fine()
    submission.close()
    worker.kill()
    engine.close()

"""The zygote: a warm process with torch imported, which forks a worker for each request. It holds no secret.

``python -m grader.sandbox.zygote CONTROL_FD [MODULE ...]``; a request is one datagram on CONTROL_FD with three
descriptors: where to answer (the worker's pidfd goes there, and later how it ended), the worker's channel, and
the pipe for what it prints.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from grader.sandbox import worker
from grader.sandbox.bounds import Bounds
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.confine import Confinement
from grader.sandbox.seeding import set_determinism

# torch imports these at their first use, which would cost every child up to two seconds.
WARM = (
    "torch._dynamo",
    "torch.func",
    "torch.nn",
    "torch.optim",
    "torch.utils.data",
    "torch.nn.utils.stateless",
    "multiprocessing.queues",
    "safetensors.torch",
    "tempfile",
    "uuid",
)


SETUP_FAILED = 97  # exit code of a worker that could not be confined


def warm_up(modules: Sequence[str]) -> None:
    """Import what students use, and touch the first kernels; only small ones, which start no thread."""
    for name in (*WARM, *modules):
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"zygote: cannot preload {name}: {error}", file=sys.stderr)
    set_determinism()
    torch.manual_seed(0)
    torch.randn(8, 8).softmax(-1)
    threads = os.listdir("/proc/self/task")
    if len(threads) != 1:
        raise RuntimeError(f"the zygote must have one thread to fork safely, and has {len(threads)}")


def serve(control: socket.socket, confinement: Confinement) -> None:
    """Fork a worker for each request until the trusted side is gone."""
    live: dict[int, socket.socket] = {}
    wake_read, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write)
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    selector.register(wake_read, selectors.EVENT_READ)
    while True:
        ready = [key.fileobj for key, _ in selector.select()]
        if wake_read in ready:
            os.read(wake_read, 4096)
            _report_the_dead(live)
        if control not in ready:
            continue
        message, fds, _, _ = socket.recv_fds(control, 1 << 16, 4)
        if not message:
            return
        options = json.loads(message)
        pid = confinement.fork(options)
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for answer in live.values():
                answer.close()
            _become_worker(fds[1], fds[2], options, confinement)
        answer = live[pid] = socket.socket(fileno=fds[0])
        pidfd = os.pidfd_open(pid)
        try:
            socket.send_fds(answer, [b"P"], [pidfd])
        except OSError:
            pass
        for fd in (pidfd, *fds[1:]):
            os.close(fd)


def _report_the_dead(live: dict[int, socket.socket]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        answer = live.pop(pid, None)
        if answer is not None:
            try:
                answer.send(json.dumps({"exit": os.waitstatus_to_exitcode(status)}).encode())
            except OSError:
                pass
            answer.close()


def _become_worker(channel_fd: int, out: int, options: dict[str, object], confinement: Confinement) -> None:
    """In the child: take the submission, confine, import, serve; never return."""
    folder: Path | None = None
    try:
        os.setsid()
        worker.redirect(out)
        channel = Channel(socket.socket(fileno=channel_fd), Bounds())
        setup, files = worker.receive_setup(channel)
        folder = confinement.enter(setup, keep=(channel_fd,))
        worker.write_files(folder, files)
        confinement.seal(folder, setup)
        tempfile.tempdir = None  # cached in the zygote; a stale one makes a DataLoader hang without a word
        worker.run(channel, folder, setup)
    except ChannelClosed:
        pass
    except BaseException as error:
        os.write(2, f"worker: {type(error).__name__}: {error}\n".encode())
        os._exit(SETUP_FAILED)
    finally:
        if folder is not None and not confinement.private_root:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    confinement = Confinement.start(sys.argv[2])
    warm_up(sys.argv[3:])
    confinement.after_warm_up()
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"ready": True, **confinement.told()}).encode())
    serve(control, confinement)


if __name__ == "__main__":
    main()

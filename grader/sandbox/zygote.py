"""The zygote: a warm process with torch imported, which forks a worker for each request. It holds no secret.

``python -m grader.sandbox.zygote CONTROL_FD [MODULE ...]``; a request (see ``forkserver``)
brings the worker's channel and the pipe for what it prints.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from typing import NoReturn

import torch

from grader.sandbox import worker
from grader.sandbox.bounds import Bounds
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.confine import Confinement
from grader.sandbox.forkserver import fork_on_request, make_forks_cheap
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


def become_worker(channel_fd: int, out: int, confinement: Confinement, maps: int) -> NoReturn:
    """In the child: take the submission, confine, import, serve; never return."""
    try:
        os.setsid()
        worker.redirect(out)
        channel = Channel(socket.socket(fileno=channel_fd), Bounds())
        setup, files = worker.receive_setup(channel)
        folder = confinement.enter(setup, keep=(channel_fd,))
        worker.write_files(folder, files)
        confinement.seal(folder, setup)
        tempfile.tempdir = None  # cached in the zygote; a stale one makes a DataLoader hang without a word
        worker.run(channel, folder, setup, maps)
    except ChannelClosed:
        pass
    except BaseException as error:
        os.write(2, f"worker: {type(error).__name__}: {error}\n".encode())
        os._exit(SETUP_FAILED)
    finally:
        os._exit(0)  # the folder is removed by the one who made it


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    confinement = Confinement.start(sys.argv[2])
    warm_up(sys.argv[3:])
    confinement.after_warm_up()
    maps = worker.shared_maps()
    make_forks_cheap()
    try:
        control.send(json.dumps(confinement.told()).encode())
    except ConnectionError:
        return  # whoever wanted workers is gone already
    fds = fork_on_request(control, confinement.fork)
    if fds is not None:
        become_worker(fds[0], fds[1], confinement, maps)


if __name__ == "__main__":
    main()

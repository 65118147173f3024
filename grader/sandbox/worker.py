"""The worker: imports the student's modules once, then serves each check from a fresh fork of itself.

This process belongs to the student. It holds their code and the inputs of one call at a time: no check, no
answer, no label, no secret. Whatever it says is checked on the other side.
"""

from __future__ import annotations

import gc
import operator
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import torch
from torch import nn

from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.codec import Packed, Unpacked
from grader.sandbox.forbidden.calls import MAX_USES, watching
from grader.sandbox.forbidden.scan import Use, parse, scan
from grader.sandbox.mirror import Originals, call_with
from grader.sandbox.peer import Asked, Peer, Proxy, type_name
from grader.sandbox.scratch import remove_tree
from grader.sandbox.seeding import seed_everything, set_determinism
from grader.sandbox.student import Namespace, describe_error

OPERATORS: dict[str, Callable[..., Any]] = {
    "__len__": len,
    "__iter__": iter,
    "__getitem__": operator.getitem,
    "__contains__": operator.contains,
    "__setattr__": setattr,
}
DRIVERS = "drivers.py"  # the file name of a check author's drivers in tracebacks
REFUSED = (set, frozenset, complex, range, bytearray, memoryview, torch.Tensor)


class CallbackFailed(Exception):
    """A callable of the check raised; ``grader_callback`` tells the check's side which exception it was."""


class WeightsDoNotFit(Exception):
    """The checkpoint is no safetensors file, or not one of the model that ``build_model()`` builds."""


class WorkerSide:
    """The worker's end of the protocol: everything of the student's may be called, looked at and handed out."""

    passing: tuple[type[BaseException], ...] = ()

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kind_of(self, value: Any) -> str:
        """module, iterator, callable or object; raises CodecError for values that look plain but may not cross."""
        if isinstance(value, REFUSED):
            raise CodecError(f"is or holds a {type(value).__name__}")
        if isinstance(value, nn.Module):
            return "module"
        if hasattr(type(value), "__next__"):
            return "iterator"
        return "callable" if callable(value) else "object"

    def proxy(self, peer: Peer, handle: int, kind: str, type_name: str) -> Any:
        """A callable, module or iterator of the check's."""
        if kind == "module":
            return CallbackModule(peer, handle)
        return CallbackIterator(peer, handle) if kind == "iterator" else Callback(peer, handle)

    def perform(self, target: Any, verb: str, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call, or read an attribute; what was printed is sent off at once."""
        try:
            if verb == "next":
                return None
            if name is not None and name in OPERATORS and not isinstance(target, Namespace):
                return OPERATORS[name](target, *args)
            found = target if name is None else getattr(target, name)
            return found(*args, **kwargs) if verb == "call" else found
        finally:
            _flush()

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Type, text and place of an exception of the student's."""
        told = describe_error(error, self.folder)
        if isinstance(error, CodecError):
            told["bad_value"] = True
        return told

    def rethrow(self, peer: Peer, error: dict[str, Any]) -> NoReturn:
        """Raise in the student's code what the check's callable raised, as the same built-in type if possible."""
        import builtins

        kind = getattr(builtins, str(error.get("type")), None)
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            kind = CallbackFailed
        try:
            failure = kind(str(error.get("message")))
        except TypeError:  # UnicodeDecodeError and friends want more arguments
            failure = CallbackFailed(str(error.get("message")))
        failure.grader_callback = error.get("id")  # type: ignore[attr-defined]
        raise failure

    def refuse(self, error: CodecError) -> NoReturn:
        """A value of the student's that may not be sent to a callable."""
        raise error

    def cannot_send(self, text: str) -> BaseException:
        """The student's code passes to a callable of the check's what may not cross."""
        return TypeError(text)

    def cannot_return(self, error: CodecError) -> BaseException:
        """A result that may not cross is told as such."""
        return error

    def load_generator(self, generator: torch.Generator, state: bytes) -> None:
        """The check's side is trusted with the state."""
        generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


class _WorkerPeer(Peer):
    def exchange(self, asked: Asked, head: dict[str, Any], packed: Packed) -> tuple[Unpacked, dict[str, Any]]:
        try:
            return super().exchange(asked, head, packed)
        except ChannelClosed:  # the check is over while the student's code still waits for a callable of it
            os._exit(0)


class Callback(Proxy):
    """A callable that the check has passed in."""

    def __init__(self, peer: Peer, handle: int) -> None:
        self.handle_peer, self.handle_id = peer, handle

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.handle_peer.call(self.handle_id, None, *args, **kwargs)


class CallbackIterator(Proxy):
    """An iterator that the check has passed in."""

    def __init__(self, peer: Peer, handle: int) -> None:
        self.handle_peer, self.handle_id = peer, handle

    def __iter__(self) -> CallbackIterator:
        return self

    def __next__(self) -> Any:
        more, item = self.handle_peer.next(self.handle_id)
        if not more:
            raise StopIteration
        return item


class CallbackModule(nn.Module, Proxy):
    """A local ``nn.Module`` that the check has passed in; mode changes are passed on."""

    def __init__(self, peer: Peer, handle: int) -> None:
        super().__init__()
        object.__setattr__(self, "handle_peer", peer)
        object.__setattr__(self, "handle_id", handle)
        self.training = peer.get(handle, "training") is True

    def forward(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.handle_peer.call(self.handle_id, None, *args, **kwargs)

    def train(self, mode: bool = True) -> CallbackModule:
        self.handle_peer.call(self.handle_id, "train", mode)
        self.training = mode
        return self


class Service:
    """What a worker can do besides calling the student's functions."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace
        self.drivers: dict[str, dict[str, Any]] = {}
        self.seen: list[Use] = []

    def call_with(self, module: nn.Module, values: dict[str, torch.Tensor], *args: Any, **kwargs: Any) -> Any:
        """Run a module with other tensors in the place of parameters."""
        return call_with(module, values, *args, **kwargs)

    def drive(self, source: str, name: str, *args: Any, **kwargs: Any) -> Any:
        """Run a check author's driver function; it gets the student's names as its first argument."""
        if source not in self.drivers:
            scope: dict[str, Any] = {"__name__": "drivers"}
            exec(compile(source, DRIVERS, "exec"), scope)
            self.drivers[source] = scope
        return self.drivers[source][name](self.namespace, *args, **kwargs)

    def forbidden_calls(self) -> list[list[Any]]:
        """Calls of forbidden APIs so far, as [API, file, line]."""
        return [[use.name, use.file, use.line] for use in self.seen]

    def put_file(self, name: str, content: bytes) -> str:
        """Write a file that a student's function is to read; returns its path in here."""
        path = self.namespace.scratch / "files" / Path(name).name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return str(path)

    def predict(self, weights: bytes, inputs: Any) -> Any:
        """Build the student's model, load the checkpoint strictly (tied tensors included), and predict."""
        from safetensors import SafetensorError
        from safetensors.torch import load_model

        model = self.namespace.lookup("build_model")()
        if not isinstance(model, nn.Module):
            raise TypeError(f"build_model() must return an nn.Module, not {type_name(model)}")
        path = self.namespace.scratch / "weights.safetensors"
        path.write_bytes(weights)
        try:
            load_model(model, path)
        except (SafetensorError, RuntimeError, ValueError) as error:
            raise WeightsDoNotFit(str(error)) from None
        model.eval()
        with torch.no_grad():
            return self.namespace.lookup("predict")(model, inputs)


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Lay the submission out; the names were checked at intake."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def receive_setup(channel: Channel) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The first frame: options, and the submission's files by content, never by path."""
    header, payload = channel.receive()
    files, offset = {}, 0
    for name, size in header["files"]:
        files[name] = bytes(payload[offset : offset + size])
        offset += size
    return header, files


def run(channel: Channel, folder: Path, setup: dict[str, Any], maps: int = 0) -> None:
    """Import the modules, then serve checks until the other side hangs up.

    maps: of shared memory, that this process was born with.
    """
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    seed_everything(setup["seed"])
    namespace = Namespace(folder, Path(setup["scratch"]), setup["modules"], setup["names"])
    born_with = Shared(maps, open_files())
    modules = [m for m in setup["modules"] if m not in setup["skip"] and (folder / f"{m}.py").exists()]
    if setup["forbidden"]:
        _scan(channel, folder, modules, setup)
    for module in modules:
        channel.send({"importing": module})
        namespace.load(module)
    _flush()
    failed = {name: describe_error(error, folder) for name, error in namespace.failed.items()}
    channel.send({"ready": True, "failed": failed, "obstacle": _obstacle_to_forking(born_with)})
    if setup["fork"]:
        _serve_by_forking(channel, namespace, setup)
    else:
        _serve_directly(channel, namespace, setup)


def _scan(channel: Channel, folder: Path, modules: list[str], setup: dict[str, Any]) -> None:
    """Tell where the source uses forbidden APIs, while none of it has run; a parser that dies of it dies in here."""
    trees = {}
    for module in modules:
        channel.send({"importing": module})
        tree = parse((folder / f"{module}.py").read_bytes())
        if tree is not None:
            trees[module] = tree
    found = scan(trees, setup["forbidden"])
    told = {
        name: [[use.name, use.file, use.line] for use in uses[:MAX_USES]]
        for name, uses in found.items()
        if name in setup["names"]
    }
    channel.send({"uses": told})


class Shared(NamedTuple):
    """What a process shares with its forks, so that one check could leave something there for another."""

    maps: int
    files: int


def open_files() -> int:
    """Descriptors of this process; 0 where /proc does not tell."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def shared_maps() -> int:
    """Writable shared memory of this process; 0 where /proc does not tell."""
    try:
        return Path("/proc/self/maps").read_bytes().count(b" rw-s ")
    except OSError:
        return 0


def _obstacle_to_forking(born_with: Shared) -> str:
    """Why a fork of this process would not be safe to use, or not be fresh; empty if it is."""
    try:
        threads = len(os.listdir("/proc/self/task"))
    except OSError:
        import threading

        threads = threading.active_count()
    if threads > 1:
        return f"the import left {threads - 1} thread(s) running"
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return "the import initialised CUDA"
    if open_files() > born_with.files or shared_maps() > born_with.maps:
        return "the import left files open, or memory that forks share"
    return ""


def _serve_by_forking(channel: Channel, namespace: Namespace, setup: dict[str, Any]) -> None:
    gc.collect()
    gc.freeze()
    folders = [Path(setup["scratch"]), *([Path("/dev/shm")] if setup.get("private") else [])]
    kept = {path for folder in folders for path in folder.iterdir()}
    size = _address_space()
    child, status = 0, None
    while True:
        try:
            order, _ = channel.receive()
        except ChannelClosed:
            return
        if order["op"] == "status":
            status = _status_soon(child) if status is None else status
            channel.send({"status": status})
        elif order["op"] == "end":
            _end_children()
            for path in {path for folder in folders for path in folder.iterdir()} - kept:
                if path.is_dir() and not path.is_symlink():
                    remove_tree(str(path))
                else:
                    path.unlink(missing_ok=True)
        else:
            _, fds, _, _ = socket.recv_fds(channel.sock, 1, 2)
            child, status = os.fork(), None
            if child == 0:
                _die_with_parent()
                _lower_limits(order["cpu"], size + order["memory"])
                channel.close()
                print_to(fds[1])
                line = Channel(socket.socket(fileno=fds[0]), Bounds(payload=order["message"]))
                _serve(line, namespace, order)
                os._exit(0)
            for fd in fds:
                os.close(fd)


def _serve_directly(channel: Channel, namespace: Namespace, setup: dict[str, Any]) -> None:
    fresh = True
    while True:
        try:
            order, _ = channel.receive()
        except ChannelClosed:
            return
        if not fresh:
            namespace.reload()
        fresh = False
        channel.bounds = Bounds(payload=order["message"])
        _serve(channel, namespace, order)


def _serve(channel: Channel, namespace: Namespace, order: dict[str, Any]) -> None:
    seed_everything(order["seed"])
    if hasattr(os, "register_at_fork"):  # of two processes that answer one call, which is first would be chance
        os.register_at_fork(after_in_child=channel.close)
    service = Service(namespace)
    peer = _WorkerPeer(
        channel, WorkerSide(namespace.folder), channel.bounds, Originals(), (namespace, service), 1 << 32
    )
    try:
        with watching(order["forbidden"], namespace.folder, DRIVERS) as service.seen:
            peer.serve()
    except (ChannelClosed, CodecError):
        pass
    finally:
        _flush()


def _die_with_parent() -> None:
    """A check that loops must not outlive its worker, where no pid namespace sees to that."""
    from grader.sandbox.confine import syscalls  # Linux only, as forking is

    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)


def _address_space() -> int:
    """Bytes of address space that this process has now."""
    import resource  # here, because it is not on Windows, where nothing is forked

    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _lower_limits(cpu: float, memory: int) -> None:
    """The kernel's own stop for one check, should the watch outside be late.

    On a busy machine the kernel's count for this limit runs ahead of what /proc tells the watch: hence twice the time.
    """
    import resource

    seconds = int(2 * cpu) + 2
    for kind, soft, wanted in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),  # SIGXCPU first, which tells what the end was for
        (resource.RLIMIT_AS, memory, memory),
    ):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or wanted < hard:
            resource.setrlimit(kind, (soft, wanted))


def print_to(out: int) -> None:
    """From here on prints go to the pipe ``out``."""
    _flush()
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)


def redirect(out: int | None) -> None:
    """Send prints to the pipe ``out``, line by line."""
    if out is not None:
        print_to(out)
    # New objects: those of the zygote may have been made for a file, and would try to seek in the pipe.
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream = open(fd, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # the student may have replaced or closed it
            continue


def _status_soon(child: int) -> int | None:
    """How a child ended; None if it goes on, as one does that has closed its end of the conversation."""
    for _ in range(50):
        try:
            pid, status = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def _end_children() -> None:
    """End the process of a check and all that it has started; orphans become our own children."""
    for _ in range(1000):
        if os.getpid() == 1:  # of our own pid namespace: all but us
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            for pid in _children():
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    with suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def main() -> None:
    """A plain subprocess worker, for systems without a usable fork: ``python -m grader.sandbox.worker PORT``."""
    token = sys.stdin.readline().strip()
    set_determinism()
    seed_everything(0)  # torch's first seeding imports for a second, which is not the student's time
    sock = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    sock.sendall(token.encode())
    channel = Channel(sock, Bounds())
    setup, files = receive_setup(channel)
    folder = Path(setup["folder"]).resolve()
    write_files(folder, files)
    setup["scratch"] = str(folder / "scratch")
    (folder / "scratch").mkdir()
    os.chdir(folder / "scratch")
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's to handle
    redirect(None)
    run(channel, folder, setup)


if __name__ == "__main__":
    main()

"""Workers as plain subprocesses (any system), without confinement."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress

from grader.sandbox.engines.protocol import EXIT_SECONDS, STARTUP_SECONDS, Holding, Launch, Process
from grader.sandbox.faults import EngineFailed
from grader.sandbox.scratch import remove_tree
from grader.sandbox.seeds import DETERMINISM_ENVIRONMENT
from grader.sandbox.watch import tree

PASSED_ON = frozenset(  # what an interpreter needs to start; any other variable may be a secret
    {
        *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
    }
)


class SpawnEngine:
    """Workers as plain subprocesses, for systems without a safe fork. No confinement: for a student's own code."""

    forks = False

    def __init__(self) -> None:
        self.holding = Holding("none", "spawn", ())

    def start(self, launch: Launch) -> Process:
        return _SpawnedProcess()

    def alive(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is kept."""


class _SpawnedProcess:
    def __init__(self) -> None:
        token = secrets.token_hex(16)
        self.folder = tempfile.mkdtemp(prefix="grader-")
        environment = {
            **{name: value for name, value in os.environ.items() if name.upper() in PASSED_ON},
            **DETERMINISM_ENVIRONMENT,
            "CUDA_VISIBLE_DEVICES": "",
            "PYTHONUTF8": "1",
        }
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            self._popen = subprocess.Popen(
                [sys.executable, "-s", "-P", "-B", "-m", "grader.sandbox.worker", port],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
            )
            assert self._popen.stdin
            assert self._popen.stdout
            try:
                with self._popen.stdin as stdin:
                    stdin.write(token.encode() + b"\n")
                self.sock = self._accept(server, token.encode())
            except OSError as error:
                self._popen.kill()
                self._popen.wait()
                with self._popen.stdout as stdout:
                    said = stdout.read().decode("utf-8", "replace")[-2000:]
                remove_tree(self.folder)
                raise EngineFailed(f"the worker did not start: {error} {said}".strip()) from None
        self.pid: int | None = self._popen.pid if sys.platform == "linux" else None
        self.out: int | None
        if sys.platform == "win32":  # pipes cannot be polled there: a thread reads
            self.out = None
            self._reader = threading.Thread(target=self._popen.stdout.read, daemon=True)
            self._reader.start()
        else:
            self.out = os.dup(self._popen.stdout.fileno())
            os.set_blocking(self.out, False)
            self._popen.stdout.close()

    def _accept(self, server: socket.socket, token: bytes) -> socket.socket:
        """The connection of the one who knows the token; others on this machine may knock too."""
        end = time.monotonic() + STARTUP_SECONDS
        server.settimeout(0.5)
        while time.monotonic() < end and self._popen.poll() is None:
            with suppress(OSError):
                sock, _ = server.accept()
                sock.settimeout(5.0)
                if secrets.compare_digest(_read_exactly(sock, len(token)), token):
                    return sock
                sock.close()
        raise TimeoutError("it ended, or nobody with the right token came.")

    def kill(self) -> None:
        for pid in tree(self.pid)[1:] if self.pid and self._popen.poll() is None else []:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._popen.kill()
        self._popen.wait()
        self.sock.close()
        remove_tree(self.folder)

    def exit_status(self) -> int | None:
        try:
            return self._popen.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            return None


def _read_exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := sock.recv(size - len(data))):
        data += more
    return data

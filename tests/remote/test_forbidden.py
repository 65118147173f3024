"""Forbidden APIs, seen from a check: found in the source and in the calls, told with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import dedent

import pytest
import torch

from grader.assignment import Forbidden
from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Engine, Launch, Worker

CONV = "torch.nn.functional.conv2d"
RULE = Forbidden(("test_*",), (CONV, "torch.nn.Conv2d"), "write the sums yourself")
X, W = torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2)
DRIVER = "def drive(student, x, w):\n    return student.conv2d(x, w)\n"
Told = Callable[..., str]


@pytest.fixture
def told(engine: Engine) -> Iterator[Told]:
    """What a check that calls ``conv2d`` of the given source says of forbidden APIs."""
    workers: list[Worker] = []

    def told(source: str, rules: tuple[Forbidden, ...] = (RULE,), name: str = "conv2d", driven: bool = False) -> str:
        names = {"conv2d": "m", "other": "m"}
        launch = Launch({"m.py": dedent(source).encode()}, ("m",), names, 1, Limits(), (CONV, "torch.nn.Conv2d"))
        workers.append(Worker(engine, launch))
        submission = SubmissionProxy(workers[-1], 1, Limits(), DRIVER, rules)
        (submission.driver.drive if driven else getattr(submission, name))(X, W)
        text = submission.forbidden_use()
        submission.close()
        return text

    yield told
    for worker in workers:
        worker.kill()


PLAIN = """
    import torch

    def conv2d(x, w):
        return torch.conv2d(x, w)

    def other(x, w):
        return x
"""


def test_a_use_is_told_with_file_line_and_reason(told: Told):
    assert told(PLAIN) == f"m.py, line 5: {CONV} may not be used here: write the sums yourself"


def test_a_use_behind_a_driver_is_told(told: Told):
    assert told(PLAIN, driven=True).startswith("m.py, line 5")


def test_what_the_check_does_not_call_is_free(told: Told):
    assert told(PLAIN, name="other") == ""


def test_a_check_without_a_rule_forbids_nothing(told: Told):
    assert told(PLAIN, rules=()) == ""


@pytest.mark.parametrize(
    "body",
    [
        "return [f for f in vars(torch.nn.functional).items() if f[0][::-1] == 'd2vnoc'][0][1](x, w)",
        "return getattr(torch.nn.functional, ''.join(['conv', '2d']))(x, w)",
        "return torch.ops.aten.conv2d(x, w)",
        "return torch.ops.aten.conv2d.default(x, w)",
        "return eval('torch.con' + 'v2d')(x, w)",
        "import copy; return copy.deepcopy(getattr(torch, 'conv' + str(2) + 'd'))(x, w)",
        "c = getattr(torch.nn, 'Conv' + str(2) + 'd')(1, 1, 2); return c(x)",
    ],
)
def test_a_use_that_only_shows_while_it_runs_is_told(told: Told, body: str):
    text = told(f"import torch\ndef conv2d(x, w):\n    {body}\n")
    assert text.startswith(("m.py, line 3: torch.nn.", "code made at run time, line 1: torch.nn."))


def test_a_forbidden_call_inside_torch_itself_is_the_callers(told: Told):
    source = """
        import torch
        def conv2d(x, w):
            layer = getattr(torch.nn, "Lazy" + "Conv2d")(1, 2)
            return layer(x)
    """
    assert "m.py, line 5: torch.nn.functional.conv2d" in told(source)


def test_the_right_way_is_not_suspected(told: Told):
    source = """
        import torch
        import torch.nn.functional as F
        def conv2d(x, w):
            return (F.unfold(x, 2).transpose(1, 2) @ w.flatten()).relu()
    """
    assert told(source) == ""


def test_a_worker_that_tells_nonsense_does_no_harm(told: Told):
    source = """
        import gc
        from grader.sandbox import worker
        def conv2d(x, w):
            for service in gc.get_objects():
                if isinstance(service, worker.Service):
                    service.forbidden_calls = lambda: [1, ["a"], ["b", {}, 3], [None] * 3, "x"]
            return x
    """
    assert told(source) == ""

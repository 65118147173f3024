"""A class for the anchor assignment: twenty submissions, repeated, each with the points it must get.

Fifteen are right, in different implementations; five are wrong in five ways. No grader here looks whether it has
seen the same bytes before, so a repeated submission costs as much as a new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MODULE = "anchor"
CHECKS = ("loss_value", "loss_grad", "softmax_value", "softmax_grad", "attention_value", "attention_grad")

_HEAD = "import math\n\nimport torch\n"
_LOSS = "def linear_regression_loss(w, b, x, y):\n"
_SOFTMAX = "def softmax(z):\n"
_ATTENTION = "def scaled_dot_product_attention(q, k, v, mask=None):\n"

_LOSSES = (
    _LOSS + "    return ((x @ w + b - y) ** 2).mean()\n",
    _LOSS + "    r = x.matmul(w) + b - y\n    return (r * r).sum() / r.numel()\n",
    _LOSS + "    pred = torch.einsum('nd,d->n', x, w) + b\n    return torch.mean((pred - y).pow(2))\n",
)
_SOFTMAXES = (
    _SOFTMAX
    + "    e = torch.exp(z - z.max(dim=-1, keepdim=True).values)\n    return e / e.sum(dim=-1, keepdim=True)\n",
    _SOFTMAX + "    return torch.exp(z - torch.logsumexp(z, dim=-1, keepdim=True))\n",
    _SOFTMAX + "    e = (z - torch.amax(z, -1, keepdim=True).detach()).exp()\n    return e / e.sum(-1, keepdim=True)\n",
)
_ATTENTIONS = (
    _ATTENTION + "    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])\n"
    "    if mask is not None:\n"
    "        s = s.masked_fill(~mask, float('-inf'))\n"
    "    return torch.softmax(s, dim=-1) @ v\n",
    _ATTENTION + "    w = torch.einsum('...id,...jd->...ij', q, k) * q.size(-1) ** -0.5\n"
    "    if mask is not None:\n"
    "        w = torch.where(mask, w, torch.full_like(w, -1e30))\n"
    "    e = (w - w.amax(-1, keepdim=True)).exp()\n"
    "    return (e / e.sum(-1, keepdim=True)) @ v\n",
)

_SUMMED = _LOSS + "    return ((x @ w + b - y) ** 2).sum()\n"
_OVERFLOWING = _SOFTMAX + "    e = torch.exp(z)\n    return e / e.sum(-1, keepdim=True)\n"
_UNSCALED = _ATTENTION + "    s = q @ k.transpose(-2, -1)\n    return torch.softmax(s, -1) @ v\n"
_UNATTEMPTED = _ATTENTION + "    raise NotImplementedError\n"
_BROKEN = "def softmax(z)\n    return z\n"


@dataclass(frozen=True)
class Work:
    """One student's module, and the checks that it does not pass."""

    student: str
    source: str
    fails: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """Points out of six."""
        return len(CHECKS) - len(self.fails)


def _source(loss: str = _LOSSES[0], softmax: str = _SOFTMAXES[0], attention: str = _ATTENTIONS[0]) -> str:
    return "\n\n".join((_HEAD, loss, softmax, attention))


def twenty() -> tuple[Work, ...]:
    """The submissions that a class is made of."""
    right = tuple(
        Work(f"right{i:02d}", _source(_LOSSES[i % 3], _SOFTMAXES[i // 3 % 3], _ATTENTIONS[i // 9 % 2]))
        for i in range(15)
    )
    return (
        *right,
        Work("summed", _source(loss=_SUMMED), CHECKS[0:2]),
        Work("overflowing", _source(softmax=_OVERFLOWING), CHECKS[2:3]),
        Work("unscaled", _source(attention=_UNSCALED), CHECKS[4:6]),
        Work("unattempted", _source(attention=_UNATTEMPTED), CHECKS[4:6]),
        Work("broken", _source(softmax=_BROKEN), CHECKS),
    )


def class_of(size: int) -> Iterator[Work]:
    """``size`` submissions: the twenty, again and again, under new names."""
    works = twenty()
    for i in range(size):
        work = works[i % len(works)]
        yield Work(f"{i:04d}-{work.student}", work.source, work.fails)


def write_class(folder: Path, size: int) -> dict[str, int]:
    """Write a class, one folder per student; student → expected points."""
    expected = {}
    for work in class_of(size):
        place = folder / work.student
        place.mkdir(parents=True)
        (place / f"{MODULE}.py").write_text(work.source, encoding="utf-8")
        expected[work.student] = work.points
    return expected

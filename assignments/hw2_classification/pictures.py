"""Pictures for `grader train`: what the model mixes up, and a loss surface around a saddle, seen by your own functions."""

from __future__ import annotations

from pathlib import Path

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor

PHONES = 41


def draw(student, model, split, out: Path) -> None:
    """Writes confusion.png and saddle.png into ``out``.

    Args:
        student: your functions, by name; for one that is still a stub its picture is left out.
        model: trained, on the CPU, in eval mode.
        split: the public split; ``inputs`` and ``targets`` are lists, an utterance each.
    """
    for name, picture in (
        ("confusion", lambda: confusion(student, model, split)),
        ("saddle", lambda: saddle(student, split)),
    ):
        try:
            figure = picture()
        except NotImplementedError:
            continue
        FigureCanvasAgg(figure)
        figure.savefig(out / f"{name}.png", dpi=120)


def confusion(student, model, split) -> Figure:
    """Which phones are taken for which, and one utterance with what was said and what was heard."""
    with torch.no_grad():
        heard = student.predict(model, split.inputs)
    said, guessed = torch.cat(split.targets), torch.cat(heard)
    table = torch.zeros(PHONES, PHONES, dtype=torch.float64)
    table.index_put_((said, guessed), torch.ones(len(said), dtype=torch.float64), accumulate=True)
    table /= table.sum(dim=1, keepdim=True).clamp(min=1)
    figure = Figure(figsize=(13, 6), layout="constrained")
    panels = figure.subplot_mosaic([["table", "frames"], ["table", "phones"]], height_ratios=[4, 1])

    image = panels["table"].imshow(table.sqrt().numpy(), cmap="magma", vmin=0, vmax=1)
    scale = figure.colorbar(image, ax=panels["table"], shrink=0.8, ticks=[0, 0.1**0.5, 0.25**0.5, 0.5**0.5, 1])
    scale.ax.set_yticklabels(["0", "10 %", "25 %", "50 %", "100 %"])
    right = (said == guessed).double().mean().item()
    panels["table"].set(title=f"of each phone's frames; {right:.1%} are right", xlabel="heard", ylabel="said")

    chosen = slice(0, 150)
    panels["frames"].imshow(split.inputs[0][chosen].T.numpy(), aspect="auto", cmap="coolwarm", vmin=-3, vmax=3)
    panels["frames"].set(title="the beginning of an utterance, what was said and heard", ylabel="feature")
    strip = torch.stack([split.targets[0][chosen], heard[0][chosen]])
    colours = {"cmap": "nipy_spectral", "vmin": 0, "vmax": PHONES - 1, "interpolation": "nearest"}
    panels["phones"].imshow(strip.numpy(), aspect="auto", **colours)
    panels["phones"].set(yticks=[0, 1], yticklabels=["said", "heard"], xlabel="frame")
    wrong = (strip[0] != strip[1]).nonzero().flatten().tolist()
    panels["phones"].plot(wrong, [1.62] * len(wrong), "r|", clip_on=False)  # below each mistake
    return figure


def saddle(student, split) -> Figure:
    """The lecture's smallest network, and a larger one on frames of two phones: each around a saddle at zero."""
    figure = Figure(figsize=(15, 5), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    _lecture_surface(student, left)
    _network_surface(student, split, middle, right)
    return figure


def _lecture_surface(student, axis) -> None:
    """y = w₁ w₂ x with one example, x = 1, y = 1: the loss is (1 − w₁w₂)²."""

    def loss(w: Tensor) -> Tensor:
        return (1 - w[0] * w[1]) ** 2

    ticks = torch.linspace(-1.8, 1.8, 121, dtype=torch.float64)
    surface = loss(torch.stack(torch.meshgrid(ticks, ticks, indexing="xy")))  # (121, 121)
    axis.contourf(ticks.numpy(), ticks.numpy(), surface.sqrt().numpy(), levels=24, cmap="viridis")
    for place in ([0.0, 0.0], [1.0, 1.0], [-1.25, -0.8], [0.6, -1.1]):
        w = torch.tensor(place, dtype=torch.float64)
        H = student.hessian(loss, w)
        kind = student.classify_critical_point(_gradient(loss, w), H, 1e-9, 1e-9)
        axis.plot(*place, "o", color="white", markersize=4)
        axis.annotate(kind, place, (8, 4), textcoords="offset points", color="white", fontsize=10)
        if kind == "saddle":
            _arrows(axis, student.escape_direction(H) * 0.6)
    axis.set(title="$L = (1 - w_1 w_2)^2$", xlabel="$w_1$", ylabel="$w_2$", aspect="equal")


def _network_surface(student, split, axis, curves) -> None:
    """One hidden tanh neuron on 39 features tells two phones apart: 40 parameters, all of them 0 to begin with."""
    frames, phones = torch.cat(split.inputs), torch.cat(split.targets)
    first, second = phones.bincount(minlength=PHONES).topk(2).indices.tolist()
    one, other = frames[phones == first][:300], frames[phones == second][:300]
    x = torch.cat([one, other]).double()  # (N, 39)
    t = torch.cat([torch.zeros(len(one)), torch.ones(len(other))]).double()  # (N,)

    def loss(theta: Tensor) -> Tensor:
        z = theta[-1] * torch.tanh(x @ theta[:-1])  # (N,): the logit of the second phone
        return torch.nn.functional.binary_cross_entropy_with_logits(z, t)

    zero = torch.zeros(x.shape[1] + 1, dtype=torch.float64)
    H = student.hessian(loss, zero)
    kind = student.classify_critical_point(_gradient(loss, zero), H, 1e-9, 1e-6)
    way_out = student.escape_direction(H)  # (40,)
    values, vectors = torch.linalg.eigh(H)
    way_up = vectors[:, -1]

    ticks = torch.linspace(-1.5, 1.5, 41, dtype=torch.float64)
    with torch.no_grad():
        surface = torch.tensor([[loss(a * way_out + b * way_up) for a in ticks] for b in ticks])
    axis.contourf(ticks.numpy(), ticks.numpy(), surface.numpy(), levels=24, cmap="viridis")
    _arrows(axis, torch.tensor([0.5, 0.0]))
    path, falls = _descent(loss, 0.01 * way_out)
    axis.plot((path @ way_out).numpy(), (path @ way_up).numpy(), color="white", linewidth=1)
    label = f"{kind}: $\\lambda$ from {values[0]:.2f} to {values[-1]:.2f}"
    axis.annotate(label, (0, 0), (0, 12), textcoords="offset points", color="white", ha="center")
    axis.set(title=f"a neuron for phones {first} and {second}", xlabel="along escape_direction", ylabel="steepest up")
    axis.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal")

    curves.plot(_descent(loss, zero)[1], label="from the saddle: the gradient is 0")
    curves.plot(falls, label="from 0.01 along escape_direction")
    curves.set(title="gradient descent", xlabel="step", ylabel="loss")
    curves.legend()
    curves.grid(alpha=0.3)


def _descent(loss, theta: Tensor, lr: float = 0.3, steps: int = 80) -> tuple[Tensor, list[float]]:
    """The points (steps, P) and their losses."""
    points, losses = [], []
    for _ in range(steps):
        points.append(theta)
        losses.append(float(loss(theta)))
        theta = theta - lr * _gradient(loss, theta)
    return torch.stack(points), losses


def _gradient(f, theta: Tensor) -> Tensor:
    theta = theta.clone().requires_grad_()
    return torch.autograd.grad(f(theta), theta)[0]


def _arrows(axis, u: Tensor) -> None:
    for sign in (1, -1):
        tip = (sign * u).tolist()
        axis.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "->", "color": "red", "linewidth": 2})

"""Pictures of a trained model: its first filters, its mistakes, and a picture turned by your own functions.

`grader train hw3_cnn` calls `draw` after the training. Nothing here is graded: change it as you like.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

# Of the generated pictures; for the photos of food-11 put in: bread, dairy product, dessert, egg, …
KINDS = "disc ring square triangle star cross crescent stripes chequers dots spiral".split()
MISTAKES = 24  # pictures in mistakes.png


def draw(student: Any, model: nn.Module, split: Any, out: Path) -> None:
    """Writes filters.png, mistakes.png and turned.png into ``out``; leaves out what cannot be drawn yet.

    Args:
        student: has the names of all your modules.
        model: trained, in eval mode, on the CPU.
        split: the public split: ``split.inputs`` (N, 32, 32, 3), uint8, and ``split.targets`` (N,), int64.
    """
    draw_filters(model, out / "filters.png")
    draw_mistakes(student.predict(model, split.inputs), split.inputs, split.targets, out / "mistakes.png")
    try:
        draw_turned(student, split.inputs, split.targets, out / "turned.png")
    except NotImplementedError:  # spatial_transformer.py is still a stub
        pass


def draw_filters(model: nn.Module, path: Path) -> None:
    """The weights of the first convolution that sees colours, each filter scaled to its own darkest and brightest."""
    first = next((part for part in model.modules() if isinstance(part, nn.Conv2d) and part.in_channels == 3), None)
    if first is None:
        return
    filters = first.weight.detach().permute(0, 2, 3, 1)  # (O, kh, kw, 3)
    low, high = filters.amin((1, 2, 3), keepdim=True), filters.amax((1, 2, 3), keepdim=True)
    tiles = (filters - low) / (high - low).clamp_min(1e-12)
    _gallery(tiles[:64], [""] * len(tiles[:64]), path, columns=8, title="What the first layer looks for")


def draw_mistakes(predictions: Tensor, images: Tensor, targets: Tensor, path: Path) -> None:
    """Some pictures that the model takes for something else."""
    wrong = (predictions != targets).nonzero().flatten()
    if len(wrong) == 0:
        return
    some = wrong[torch.linspace(0, len(wrong) - 1, min(MISTAKES, len(wrong))).long()]  # spread over the split
    captions = [f"{_name(targets[i])}, not\n{_name(predictions[i])}" for i in some]
    share = 1 - len(wrong) / len(targets)
    title = f"{len(wrong)} of {len(targets)} are wrong (accuracy {share:.3f}); some of them"
    _gallery(images[some] / 255, captions, path, columns=8, title=title)


def draw_turned(student: Any, images: Tensor, targets: Tensor, path: Path) -> None:
    """One picture, turned by affine_grid and grid_sample from spatial_transformer.py."""
    index = int((targets == KINDS.index("triangle")).nonzero()[0])
    angles = [math.radians(45 * k) for k in range(8)]
    theta = torch.tensor([[[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0]] for a in angles])
    picture = images[index].permute(2, 0, 1).float()[None] / 255
    x = picture.expand(len(angles), -1, -1, -1).contiguous()
    turned = student.grid_sample(x, student.affine_grid(theta, tuple(x.shape)))
    captions = [f"θ: {45 * k}°" for k in range(8)]
    _gallery(turned.permute(0, 2, 3, 1).clamp(0, 1), captions, path, columns=8, title="The spatial transformer")


def _name(kind: Tensor) -> str:
    return KINDS[int(kind)] if 0 <= int(kind) < len(KINDS) else str(int(kind))


def _gallery(tiles: Tensor, captions: list[str], path: Path, *, columns: int, title: str) -> None:
    """Tiles (N, H, W, 3), 0 … 1, with a caption each, in rows."""
    rows = math.ceil(len(tiles) / columns)
    height = 1.6 if any(captions) else 1.3
    figure = Figure(figsize=(1.3 * columns, height * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, tile, caption in zip(axes.flat, tiles, captions):
        axis.imshow(tile.numpy())
        axis.set_title(caption, fontsize=8)
    figure.suptitle(title)
    figure.savefig(path, dpi=100)

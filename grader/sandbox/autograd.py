"""Autograd across the boundary: a call is one node of the local graph; its backward asks the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from grader.sandbox.bounds import CodecError
from grader.sandbox.codec import Packed, Unpacked

if TYPE_CHECKING:
    from grader.sandbox.peer import Peer


class BoundaryMisuse(Exception):
    """The check asks for something that cannot cross; the check's author has to change it."""


class _Graph:
    """Keeps an earlier call's graph alive on the other side, for as long as the local node lives."""

    def __init__(self, peer: Peer, key: int) -> None:
        self.peer, self.key = peer, key

    def __del__(self) -> None:
        self.peer.released.append([1, self.key])


class _Exchange:
    """What one call carries past the autograd function, which takes and returns bare tensors only."""

    def __init__(self, peer: Peer, head: dict[str, Any], packed: Packed) -> None:
        self.peer, self.head, self.packed = peer, head, packed
        self.reply: Unpacked | None = None
        self.graph: _Graph | None = None


class _Call(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, exchange: _Exchange, anchor: torch.Tensor, *inputs: torch.Tensor) -> Any:
        peer = exchange.peer
        ctx.set_materialize_grads(False)
        reply, header = peer.exchange(exchange.head, exchange.packed)
        exchange.reply = reply
        graph = header.get("graph")
        outputs = [t.detach() for t in reply.tensors]
        differentiable = [t.requires_grad for t in reply.tensors]
        if any(differentiable):
            if type(graph) is not int:
                peer.side.refuse(CodecError("malformed message: graph"))
            exchange.graph = ctx.graph = _Graph(peer, graph)
        ctx.needed = [(i.requires_grad, i.shape, i.dtype) for i in inputs]
        ctx.mark_non_differentiable(*(o for o, d in zip(outputs, differentiable, strict=True) if not d))
        return (*outputs, anchor.detach())

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor | None) -> Any:
        if torch.is_grad_enabled():
            raise BoundaryMisuse(
                "create_graph=True cannot cross the boundary: a call is differentiable once. "
                "Use a driver function (checks/drivers.py) for second derivatives."
            )
        peer: Peer = ctx.graph.peer
        got = peer.vjp(ctx.graph.key, list(grads[:-1]))
        wanted = [(shape, dtype) for grad, shape, dtype in ctx.needed if grad]
        right = len(got) == len(wanted) and all(
            g is None or (g.shape == shape and g.dtype == dtype) for g, (shape, dtype) in zip(got, wanted, strict=True)
        )
        if not right:
            peer.side.refuse(CodecError("malformed message: a gradient of the wrong shape or dtype"))
        rest = iter(got)
        return (None, None, *(next(rest) if grad else None for grad, _, _ in ctx.needed))


def refuse_transforms(tensors: list[torch.Tensor]) -> None:
    """Raises BoundaryMisuse if a ``torch.func`` transform has wrapped one of the tensors."""
    if any(torch._C._functorch.is_functorch_wrapped_tensor(t) for t in tensors):
        raise BoundaryMisuse(
            "torch.func transforms (grad, vmap, jacrev, …) cannot cross the boundary. "
            "Use a driver function (checks/drivers.py), which runs inside the worker."
        )


def call_with_autograd(peer: Peer, head: dict[str, Any], packed: Packed) -> tuple[Unpacked, list[torch.Tensor]]:
    """Make the call that ``packed`` holds the arguments of.

    Returns the reply and its tensors as nodes of the local graph.
    """
    exchange = _Exchange(peer, head, packed)
    outputs = _Call.apply(exchange, peer.anchor, *packed.tensors)  # type: ignore[no-untyped-call]
    assert exchange.reply is not None
    return exchange.reply, list(outputs[:-1])

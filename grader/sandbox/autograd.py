"""Autograd across the boundary: a call is one node of the local graph; its backward asks the other side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from grader.sandbox.bounds import CodecError
from grader.sandbox.codec import Packed, Unpacked

if TYPE_CHECKING:
    from grader.sandbox.peer import Asked, Peer


class BoundaryMisuse(Exception):
    """The check asks for something that cannot cross; the check's author has to change it."""


class _Graph:
    """Keeps an earlier call's graph alive on the other side, for as long as the local node lives."""

    def __init__(self, peer: Peer, key: int, label: str) -> None:
        self.peer, self.key, self.label = peer, key, label

    def __del__(self) -> None:
        self.peer.released.append(self.key)


class _Exchange:
    """What one call carries past the autograd function, which takes and returns bare tensors only."""

    def __init__(self, peer: Peer, asked: Asked, head: dict[str, Any], packed: Packed, shared: Sequence[int]) -> None:
        self.peer, self.asked, self.head, self.packed, self.shared = peer, asked, head, packed, shared
        self.reply: Unpacked | None = None
        self.graph: _Graph | None = None


class _Call(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, exchange: _Exchange, anchor: torch.Tensor, *inputs: torch.Tensor) -> Any:
        peer = exchange.peer
        ctx.set_materialize_grads(False)
        reply, header = peer.exchange(exchange.asked, exchange.head, exchange.packed)
        exchange.reply = reply
        outputs = [t.detach() for t in reply.tensors]
        differentiable = [t.requires_grad for t in reply.tensors]
        if any(differentiable):
            key = header.get("graph")
            if type(key) is not int:
                peer.side.refuse(CodecError("malformed message: graph"))
            exchange.graph = ctx.graph = _Graph(peer, key, exchange.asked.label)
        ctx.needed = [(i.requires_grad, i.shape, i.dtype) for i in inputs]
        ctx.shared = exchange.shared
        ctx.mark_non_differentiable(*(o for o, d in zip(outputs, differentiable, strict=True) if not d))
        return (*outputs, anchor.detach())

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor | None) -> Any:
        if torch.is_grad_enabled():
            raise BoundaryMisuse(
                "create_graph=True cannot cross the boundary: a call is differentiable once. "
                "Use a driver function (checks/drivers.py) for second derivatives."
            )
        graph: _Graph = ctx.graph
        own = len(ctx.needed) - len(ctx.shared)  # after the call's own inputs come the shared parameters
        got, for_shared = graph.peer.vjp(graph.key, list(grads[:-1]), accumulates(graph.peer), graph.label)
        rest = iter(got)
        wanted = [next(rest, None) if needed else None for needed, _, _ in ctx.needed[:own]]
        wanted += [for_shared.get(handle) for handle in ctx.shared]
        right = len(got) == sum(needed for needed, _, _ in ctx.needed[:own]) and all(
            g is None or (g.shape == shape and g.dtype == dtype)
            for g, (_, shape, dtype) in zip(wanted, ctx.needed, strict=True)
        )
        if not right:
            graph.peer.side.refuse(CodecError("malformed message: a gradient of the wrong shape or dtype"))
        return (None, None, *wanted)


def accumulates(peer: Peer) -> bool:
    """In a backward pass: is it ``.backward()``, which fills ``.grad``, or ``torch.autograd.grad``, which does not?

    The anchor is an input of every call and never one that a gradient is asked for, so the former alone reaches it.
    """
    return bool(torch._C._will_engine_execute_node(peer.anchor_node))


def refuse_transforms(tensors: Sequence[torch.Tensor | None]) -> None:
    """Raises BoundaryMisuse if a ``torch.func`` transform has wrapped one of the tensors."""
    functorch = torch._C._functorch
    wrapped = (functorch.is_functorch_wrapped_tensor, functorch.is_legacy_batchedtensor)
    if any(t is not None and any(is_wrapped(t) for is_wrapped in wrapped) for t in tensors):
        raise BoundaryMisuse(
            "torch.func transforms (grad, vmap, jacrev, …) cannot cross the boundary. "
            "Use a driver function (checks/drivers.py), which runs inside the worker."
        )


def call_with_autograd(
    peer: Peer, asked: Asked, head: dict[str, Any], packed: Packed
) -> tuple[Unpacked, list[torch.Tensor]]:
    """Make the call that ``packed`` holds the arguments of.

    Returns the reply and its tensors as nodes of the local graph. Parameters that both sides know are inputs too.
    """
    shared = peer.shared.trainable()
    exchange = _Exchange(peer, asked, head, packed, list(shared))
    outputs = _Call.apply(exchange, peer.anchor, *packed.tensors, *shared.values())  # type: ignore[no-untyped-call]
    assert exchange.reply is not None
    return exchange.reply, list(outputs[:-1])


def vector_jacobian(
    outputs: Sequence[torch.Tensor],
    cotangents: Sequence[torch.Tensor],
    inputs: Sequence[torch.Tensor],
    accumulate: bool,
) -> list[torch.Tensor | None]:
    """Gradients for ``inputs``; with ``accumulate`` the graph's other leaves get theirs in ``.grad``, as locally."""
    if not accumulate:
        if not inputs:
            return []
        got = torch.autograd.grad(outputs, inputs, cotangents, retain_graph=True, allow_unused=True)
        return [_dense(g) for g in got]
    kept = [i.grad for i in inputs]
    try:
        for i in inputs:
            i.grad = None
        torch.autograd.backward(outputs, cotangents, retain_graph=True)
        return [_dense(i.grad) for i in inputs]
    finally:
        for i, grad in zip(inputs, kept, strict=True):
            i.grad = grad


def _dense(grad: torch.Tensor | None) -> torch.Tensor | None:
    return grad if grad is None or grad.layout is torch.strided else grad.to_dense()

"""Values that may cross the boundary, as a JSON tree and raw buffers. Nothing here can run code.

A message is ``{"tree": node, "news": node, "tensors": [...], "blobs": [sizes]}`` followed by the buffers. A node is
a JSON scalar or ``[tag, ...]``; tensors and bytes stand in the buffers and are named by their index, so that one
tensor passed twice is one tensor on the other side too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from grader.sandbox.bounds import Bounds, Buffer, CodecError

DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in (
        "float64", "float32", "float16", "bfloat16",
        "int64", "int32", "int16", "int8", "uint8", "bool",
    )
}  # fmt: skip
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
ALL_DTYPES = {str(d).removeprefix("torch."): d for d in vars(torch).values() if isinstance(d, torch.dtype)}
ITEM_SIZE = {name: dtype.itemsize for name, dtype in DTYPES.items()}
NUMPY_DTYPES = frozenset(
    [
        "float64",
        "float32",
        "float16",
        "int64",
        "int32",
        "int16",
        "int8",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "bool",
    ]
)
MAX_RANK = 32
MAX_INT_BITS = 4096
_LONG_TEXT = 4096  # characters; longer texts travel beside the header

Node = Any  # a JSON scalar or [tag, ...]; checked by hand in `Unpacked.build`


@dataclass
class Packed:
    """A value, and the news that go with it, taken apart: the trees, and the tensors and bytes that they name."""

    tree: Node = None
    news: Node = None
    tensors: list[torch.Tensor] = field(default_factory=list)
    blobs: list[Buffer] = field(default_factory=list)

    def header(self) -> dict[str, Any]:
        """The JSON part; tensors are described in the order of their buffers."""
        head = {
            "tree": self.tree,
            "tensors": [_describe_tensor(t) for t in self.tensors],
            "blobs": [len(b) for b in self.blobs],
        }
        return head if self.news is None else head | {"news": self.news}

    def buffers(self) -> list[Buffer]:
        """The raw part: every tensor's elements in row-major order, then the other blobs."""
        return [_tensor_bytes(t) for t in self.tensors] + self.blobs


Export = Callable[[Any], Node]
"""Turns a value that is no plain value into a node (a handle), or raises CodecError.

It is asked about a Parameter too, and may return None: then the parameter crosses as a tensor.
"""

Resolve = Callable[[list[Any]], Any]
"""Turns a handle's node back into an object, or raises CodecError."""


class _Packer:
    def __init__(self, export: Export, bounds: Bounds) -> None:
        self.export, self.bounds = export, bounds
        self.out = Packed()
        self.count = self.bytes = 0
        self.seen: dict[int, int] = {}

    def node(self, value: Any, depth: int) -> Node:
        self.count += 1
        if self.count > self.bounds.count:
            raise CodecError(f"holds more than {self.bounds.count} values")
        if depth > self.bounds.depth:
            raise CodecError(f"is nested deeper than {self.bounds.depth} levels")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is str:
            return value if _fits_json(value) else ["u", self.blob(value.encode("utf-8", "surrogatepass"))]
        if kind is int:
            if value.bit_length() > MAX_INT_BITS:
                raise CodecError(f"holds an integer of more than {MAX_INT_BITS} bits")
            return value
        if isinstance(value, torch.Tensor):
            known = self.export(value) if isinstance(value, torch.nn.Parameter) else None
            return ["T", self.tensor(value)] if known is None else known
        if kind is bytes:
            return ["b", self.blob(value)]
        if isinstance(value, list):
            return ["l", [self.node(v, depth + 1) for v in value]]
        if kind is torch.Size:
            if len(value) > MAX_RANK or min(value, default=0) < 0:
                raise CodecError(f"is or holds {value}, which no tensor can have")
            return ["size", [int(v) for v in value]]
        if isinstance(value, tuple):  # a named tuple crosses as the tuple that it is
            return ["t", [self.node(v, depth + 1) for v in value]]
        if isinstance(value, dict):
            return ["d", [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in value.items()]]
        if isinstance(value, np.ndarray):
            return self.array(value)
        if isinstance(value, np.generic):
            array = np.asarray(value)
            return ["N", self.array(array)[1:]]
        if kind is torch.dtype:
            return ["dtype", str(value).removeprefix("torch.")]
        if kind is torch.device:
            return ["device", str(value)]
        if kind is slice:
            return ["s", [self.node(v, depth + 1) for v in (value.start, value.stop, value.step)]]
        if value is Ellipsis:
            return ["..."]
        return self.export(value)

    def blob(self, data: Buffer) -> int:
        self.take(len(data))
        self.out.blobs.append(data)
        return len(self.out.blobs) - 1

    def take(self, size: int) -> None:
        self.bytes += size
        if self.bytes > self.bounds.payload:
            raise CodecError(f"holds more than {self.bounds.payload >> 20} MiB of numbers")

    def tensor(self, tensor: torch.Tensor) -> int:
        index = self.seen.get(id(tensor))
        if index is None:
            check_tensor_kind(tensor)
            self.take(tensor.numel() * tensor.element_size())  # before any copy: an expanded tensor may be huge
            index = self.seen[id(tensor)] = len(self.out.tensors)
            self.out.tensors.append(tensor)
        return index

    def array(self, array: np.ndarray[Any, Any]) -> Node:
        if type(array) is not np.ndarray or array.dtype.name not in NUMPY_DTYPES:
            raise CodecError(f"is or holds a NumPy {type(array).__name__} of dtype {array.dtype}")
        if array.ndim > MAX_RANK or not _plausible(array.shape):
            raise CodecError(f"is or holds an array of more than {MAX_RANK} dimensions, or of an impossible size")
        self.take(array.nbytes)
        self.bytes -= array.nbytes
        data = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False)).tobytes()
        return ["a", self.blob(data), array.dtype.name, list(array.shape)]


def pack(value: Any, export: Export, bounds: Bounds, news: Callable[[], Any] = lambda: None) -> Packed:
    """Take ``value`` apart, and ``news()`` with it, which is asked for last because an export may be news.

    Raises CodecError, worded to follow "the value …", when something in it may not cross.
    """
    packer = _Packer(export, bounds)
    packer.out.tree = packer.node(value, 0)
    packer.out.news = packer.node(news(), 0)
    return packer.out


def check_tensor_kind(tensor: torch.Tensor) -> None:
    """Only plain dense tensors of an allowed dtype cross; raises CodecError that names the kind."""
    kind = type(tensor)
    if kind is not torch.Tensor and kind is not torch.nn.Parameter:
        raise CodecError(f"is or holds a {kind.__name__}, a subclass of torch.Tensor")
    if tensor.layout is not torch.strided:
        raise CodecError(f"is or holds a tensor of layout {tensor.layout}; only dense tensors may cross")
    if tensor.dtype not in DTYPE_NAMES:
        raise CodecError(f"is or holds a tensor of dtype {tensor.dtype}")
    if tensor.device.type == "meta" or tensor.is_quantized or tensor.is_nested:
        raise CodecError("is or holds a tensor without ordinary storage (meta, quantized or nested)")
    if tensor.dim() > MAX_RANK or not _plausible(tensor.shape):
        raise CodecError(f"is or holds a tensor of more than {MAX_RANK} dimensions, or of an impossible size")


def _describe_tensor(tensor: torch.Tensor) -> list[Any]:
    strides = None if tensor.is_contiguous() else list(tensor.stride())
    return [DTYPE_NAMES[tensor.dtype], list(tensor.shape), strides, tensor.requires_grad]


def _tensor_bytes(tensor: torch.Tensor) -> Buffer:
    if tensor.numel() == 0:
        return b""
    plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    # as_strided: a single element may have any stride, which view() would refuse
    raw: Any = plain.as_strided((plain.numel(),), (1,)).view(torch.uint8).numpy()
    return memoryview(raw)


def _fits_json(text: str) -> bool:
    """Short, and without half surrogates: JSON would join two halves into one character."""
    if len(text) > _LONG_TEXT:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise CodecError(f"malformed message: {what}")


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 62


def _shape(value: Any) -> tuple[int, ...]:
    _require(isinstance(value, list) and len(value) <= MAX_RANK and all(map(_is_count, value)), "shape")
    return tuple(value)


class Unpacked:
    """A received message: its tensors are rebuilt, its tree is checked and built on demand.

    Raises CodecError, and nothing else, on any malformed input.
    """

    def __init__(self, header: dict[str, Any], payload: bytearray, bounds: Bounds) -> None:
        _require(isinstance(header.get("tensors"), list) and isinstance(header.get("blobs"), list), "tables")
        _require(len(header["tensors"]) <= bounds.count and len(header["blobs"]) <= bounds.count, "table sizes")
        self.bounds = bounds
        self.tree: Node = header.get("tree")
        self.news: Node = header.get("news")
        self._view, self._offset = memoryview(payload), 0
        self._raw: list[memoryview] = []  # what each tensor came as, to see later whether it has changed
        self._arrays: dict[int, np.ndarray[Any, Any]] = {}
        self._entries = header["tensors"]
        self.tensors = [self._tensor(entry) for entry in self._entries]
        self.blobs = [self._take(size) for size in header["blobs"]]
        _require(self._offset == len(payload), "left-over bytes")
        self._count = 0

    def _take(self, size: Any) -> memoryview:
        _require(_is_count(size) and self._offset + size <= len(self._view), "buffer size")
        self._offset += size
        return self._view[self._offset - size : self._offset]

    def _tensor(self, entry: Any) -> torch.Tensor:
        _require(isinstance(entry, list) and len(entry) == 4, "tensor entry")
        name, dims, strides, grad = entry
        _require(isinstance(name, str) and name in DTYPES and type(grad) is bool, "tensor dtype")
        shape = _shape(dims)
        numel = math.prod(shape)
        data = self._take(numel * ITEM_SIZE[name])
        self._raw.append(data)
        dtype = DTYPES[name]
        if not numel:
            _require(_plausible(shape), "tensor shape")
            tensor = torch.empty(shape, dtype=dtype)
        else:
            if name == "bool":  # any byte but 0 and 1 is undefined behaviour in kernels
                raw = torch.frombuffer(bytearray(data), dtype=torch.uint8)
                tensor = raw.ne(0).reshape(shape)
            else:
                tensor = torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape)
            if strides is not None:
                tensor = _restride(tensor, strides)
        if grad:
            _require(dtype.is_floating_point, "gradient of a tensor that is not floating point")
            tensor.requires_grad_()
        return tensor

    def build(self, resolve: Resolve, tensors: list[torch.Tensor] | None = None) -> Any:
        """The value; ``tensors`` stand in for the received ones (the outputs of an autograd function)."""
        self._count = 0
        return self._build(self.tree, 0, self.tensors if tensors is None else tensors, resolve)

    def build_news(self, resolve: Resolve) -> Any:
        """What came beside the value; its tensors have no part in autograd."""
        self._count = 0
        return self._build(self.news, 0, self.tensors, resolve)

    def _build(self, node: Node, depth: int, tensors: list[torch.Tensor], resolve: Resolve) -> Any:
        self._count += 1
        _require(self._count <= self.bounds.count and depth <= self.bounds.depth + 1, "too large or too deep")
        if node is None or isinstance(node, (bool, float, str)):
            return node
        if isinstance(node, int):
            _require(node.bit_length() <= MAX_INT_BITS, "integer")
            return node
        _require(isinstance(node, list) and bool(node) and isinstance(node[0], str), "node")
        tag, rest = node[0], node[1:]

        def below(values: Any) -> list[Any]:
            _require(isinstance(values, list), "sequence")
            return [self._build(v, depth + 1, tensors, resolve) for v in values]

        if tag in ("h", "p", "r"):
            return resolve(node)
        if tag == "...":
            _require(not rest, "ellipsis")
            return ...
        if tag == "a":
            return self._array(rest)
        _require(len(rest) == 1, f"arity of {tag[:9]!r}")
        body = rest[0]
        if tag == "T":
            _require(_is_count(body) and body < len(tensors), "tensor index")
            return tensors[body]
        if tag == "b":
            return bytes(self._blob(body))
        if tag == "u":
            return _text(self._blob(body))
        if tag == "l":
            return below(body)
        if tag == "t":
            return tuple(below(body))
        if tag == "d":
            return self._dict(body, below)
        if tag == "N":
            _require(isinstance(body, list), "NumPy scalar")
            array = self._array(body)
            _require(array.shape == (), "NumPy scalar")
            return array[()]
        if tag == "size":
            return torch.Size(_shape(body))
        if tag == "dtype":
            _require(isinstance(body, str) and body in ALL_DTYPES, "dtype")
            return ALL_DTYPES[body]
        if tag == "device":
            return _device(body)
        if tag == "s":
            parts = below(body)
            _require(len(parts) == 3, "slice")
            return slice(*parts)
        raise CodecError(f"malformed message: tag {tag[:9]!r}")

    def changed(self, node: Node, value: Any) -> bool:
        """Does ``value``, which was built from ``node``, no longer hold what came in?"""
        if not isinstance(node, list):
            return not (value is node or (type(value) is type(node) and value == node))
        tag, body = node[0], node[-1]
        if tag == "T":
            return value is not self.tensors[body] or self._tensor_changed(body)
        if tag == "a":
            return value is not self._arrays.get(node[1]) or self._array_changed(node)
        if tag in ("l", "t"):
            if type(value) is not (list if tag == "l" else tuple) or len(value) != len(body):
                return True
            return any(map(self.changed, body, value))
        if tag == "d":
            if type(value) is not dict or len(value) != len(body):
                return True
            pairs = zip(body, value.items(), strict=True)
            return any(self.changed(n, v) for pair, item in pairs for n, v in zip(pair, item, strict=True))
        return False  # what cannot be changed, or does not belong to the sender

    def _tensor_changed(self, index: int) -> bool:
        tensor, (name, dims, *_) = self.tensors[index], self._entries[index]
        if list(tensor.shape) != dims or DTYPE_NAMES.get(tensor.dtype) != name:
            return True
        try:
            return not _same_bytes(_tensor_bytes(tensor), self._raw[index])
        except RuntimeError:  # its storage was taken away
            return True

    def _array_changed(self, node: Node) -> bool:
        array = self._arrays[node[1]]
        if list(array.shape) != node[3] or array.dtype.name != node[2]:
            return True
        return not _same_bytes(np.ascontiguousarray(array).tobytes(), self.blobs[node[1]])

    def _blob(self, index: Any) -> memoryview:
        _require(_is_count(index) and index < len(self.blobs), "blob index")
        blob: memoryview = self.blobs[index]
        return blob

    def _dict(self, body: Any, below: Callable[[Any], list[Any]]) -> dict[Any, Any]:
        _require(isinstance(body, list) and all(isinstance(p, list) and len(p) == 2 for p in body), "dict")
        out = {}
        for pair in body:
            key, value = below(pair)
            try:
                out[key] = value
            except TypeError:
                raise CodecError("malformed message: dict key") from None
        return out

    def _array(self, rest: list[Any]) -> np.ndarray[Any, Any]:
        _require(len(rest) == 3 and isinstance(rest[1], str) and rest[1] in NUMPY_DTYPES, "array")
        data, dtype, shape = self._blob(rest[0]), np.dtype(rest[1]).newbyteorder("<"), _shape(rest[2])
        _require(math.prod(shape) * dtype.itemsize == len(data) and _plausible(shape), "array size")
        if rest[1] == "bool":
            array = np.frombuffer(data, dtype=np.uint8).astype(bool).reshape(shape)
        else:
            array = np.frombuffer(bytearray(data), dtype=dtype).reshape(shape).astype(rest[1], copy=False)
        self._arrays[rest[0]] = array
        return array


def _same_bytes(a: Buffer, b: Buffer) -> bool:
    """Bit for bit, so that NaN is itself; through NumPy, as comparing memoryviews is slow."""
    return np.array_equal(np.frombuffer(a, np.uint8), np.frombuffer(b, np.uint8))


def _plausible(shape: tuple[int, ...]) -> bool:
    """Can the strides of this shape be computed without overflow, even if it has no elements?"""
    return math.prod(n or 1 for n in shape) < 1 << 59


def _text(blob: memoryview) -> str:
    try:
        return bytes(blob).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise CodecError("malformed message: text") from None


def _restride(tensor: torch.Tensor, strides: Any) -> torch.Tensor:
    """Lay ``tensor`` out with the sender's strides, so that code meets the same contiguity on both sides."""
    shape = tensor.shape
    _require(isinstance(strides, list) and len(strides) == len(shape) and all(map(_is_count, strides)), "strides")
    reach = packed_reach = 0  # the last element's place: in the sender's layout, in ours
    packed = [1] * len(shape)
    for stride, size, axis in sorted(zip(strides, shape, range(len(shape)), strict=True)):
        if size == 1:
            continue
        if stride <= reach:  # elements that share memory would be a trap for code that writes: keep row-major
            return tensor
        packed[axis] = packed_reach + 1 + (stride > reach + 1)
        reach, packed_reach = reach + (size - 1) * stride, packed_reach + (size - 1) * packed[axis]
    if reach > 2 * tensor.numel() + 64:  # one column of a large matrix: keep the order and that there are gaps
        strides = packed
    return torch.empty_strided(shape, strides, dtype=tensor.dtype).copy_(tensor)


def _device(text: Any) -> torch.device:
    _require(isinstance(text, str) and len(text) < 32, "device")
    try:
        return torch.device(text)
    except RuntimeError:
        raise CodecError("malformed message: device") from None

"""What may cross the boundary crosses unchanged; everything else is a CodecError, from values and from bytes alike."""

from __future__ import annotations

import ast
import json
import math
import time
import tracemalloc
from collections import OrderedDict, namedtuple
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.sandbox import codec
from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.codec import DTYPES, NUMPY_DTYPES, Unpacked, pack

BOUNDS = Bounds()
SMALL = Bounds(depth=4, count=20, header=4096, payload=1024)


def no_handles(value: Any) -> Any:
    if isinstance(value, torch.nn.Parameter):
        return None
    raise CodecError(f"is or holds a {type(value).__name__}")


def unknown(node: list[Any]) -> Any:
    raise CodecError("malformed message: handle")


def sent(value: Any, bounds: Bounds = BOUNDS) -> tuple[dict[str, Any], bytearray]:
    packed = pack(value, no_handles, bounds)
    header = json.loads(json.dumps(packed.header()))
    return header, bytearray(b"".join(packed.buffers()))


def received(header: dict[str, Any], payload: bytearray, bounds: Bounds = BOUNDS) -> Any:
    return Unpacked(header, payload, bounds).build(unknown)


def crossed(value: Any, bounds: Bounds = BOUNDS) -> Any:
    return received(*sent(value, bounds), bounds)


def same(a: Any, b: Any) -> bool:
    """The same type and value at every place; NaN is itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return (
            a.shape == b.shape
            and a.dtype == b.dtype
            and a.requires_grad == b.requires_grad
            and torch.equal(a.detach().nan_to_num(7.0), b.detach().nan_to_num(7.0))
            and torch.equal(a.detach().isnan(), b.detach().isnan())
        )
    if isinstance(a, (np.ndarray, np.generic)):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (a != a and b != b)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a.items(), b.items(), strict=True))
    if isinstance(a, slice):
        return same((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    return bool(a == b)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype = draw(st.sampled_from(list(DTYPES.values())))
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    tensor = (torch.randn(shape, generator=generator) * 10).to(dtype)
    if dtype.is_floating_point and tensor.numel():
        tensor.view(-1)[0] = draw(st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf]))
    how = draw(st.integers(0, 4))
    if how == 1 and tensor.dim():
        tensor = tensor.transpose(0, -1)
    elif how == 2 and tensor.dim():
        tensor = tensor[..., ::2]
    elif how == 3:
        tensor = tensor.expand(3, *tensor.shape)
    elif how == 4 and tensor.dim():
        tensor = tensor[tensor.shape[0] // 2 :]
    if dtype.is_floating_point and draw(st.booleans()):
        tensor = tensor.detach().requires_grad_()
    return tensor


odd = st.sampled_from(["\ud800", "\udfff", "\ud83d\ude00", "😀", "\0", "\u2028", '"\\', "x"])
texts = st.text(max_size=12) | odd | odd.map(lambda text: text * 5000) | st.lists(odd, max_size=5).map("".join)
numbers = npst.arrays(st.sampled_from(sorted(NUMPY_DTYPES)), npst.array_shapes(min_dims=0, max_dims=4, min_side=0))
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 4000).map(lambda bits: -1 << bits)
    | st.floats()
    | texts
    | st.binary(max_size=20)
    | tensors()
    | numbers
    | st.sampled_from(sorted(NUMPY_DTYPES)).flatmap(lambda name: npst.from_dtype(np.dtype(name)))
    | st.sampled_from(
        [*codec.ALL_DTYPES.values(), torch.device("cpu"), torch.device("cuda:3"), ..., torch.Size([2, 0])]
    )
    | st.builds(slice, st.none() | st.integers(), st.none() | st.integers(), st.none() | st.integers())
)
keys = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.tuples(st.integers(), texts)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_every_allowed_value_comes_back_the_same(value: Any) -> None:
    assert same(crossed(value), value)


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3)])
def test_every_dtype_and_shape_crosses(name: str, shape: tuple[int, ...]) -> None:
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(DTYPES[name])
    assert same(crossed(tensor), tensor)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(3, 4).t(),
        torch.randn(3, 4)[:, ::2],
        torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
        torch.randn(2, 3, 4).permute(2, 0, 1),
    ],
)
def test_a_non_contiguous_tensor_keeps_its_layout(tensor: torch.Tensor) -> None:
    got = crossed(tensor)
    assert same(got, tensor)
    assert got.stride() == tensor.stride()


def test_one_column_of_a_large_matrix_stays_non_contiguous_without_the_matrix() -> None:
    column = torch.randn(50, 1000)[:, 0]
    got = crossed(column)
    assert same(got, column)
    assert not got.is_contiguous()
    assert got.untyped_storage().nbytes() < 1000


def test_an_expanded_tensor_arrives_writable() -> None:
    got = crossed(torch.ones(3, 1).expand(3, 4))
    got += 1  # would raise if elements shared memory
    assert torch.equal(got, torch.full((3, 4), 2.0))


def test_one_tensor_twice_is_one_tensor() -> None:
    x = torch.randn(3)
    a, b, c = crossed((x, [x], {"k": x}))
    assert a is b[0]
    assert a is c["k"]
    d, e = crossed((x, x.clone()))
    assert d is not e


def test_sender_and_receiver_do_not_share_memory() -> None:
    x, array = torch.zeros(3), np.zeros(3)
    got, got_array = crossed((x, array))
    got += 1
    got_array += 1
    assert x.sum() == 0
    assert array.sum() == 0


def test_named_tuples_and_ordered_dicts_cross_as_what_they_are_underneath() -> None:
    Point = namedtuple("Point", "x y")
    assert crossed(Point(1, 2)) == (1, 2)
    got = crossed(OrderedDict(b=1, a=2))
    assert type(got) is dict
    assert list(got) == ["b", "a"]


def test_a_big_endian_array_comes_back_with_the_same_numbers() -> None:
    array = np.arange(5, dtype=">f8")
    assert np.array_equal(crossed(array), array)


def test_an_array_that_is_not_contiguous_comes_back_with_the_same_numbers() -> None:
    array = np.arange(12.0).reshape(3, 4)[::-1, ::2]
    assert np.array_equal(crossed(array), array)


class Subclass(torch.Tensor):
    pass


class Odd:
    pass


REFUSED = {
    "Subclass": lambda: torch.ones(2).as_subclass(Subclass),
    "sparse_coo": lambda: torch.eye(2).to_sparse(),
    "complex64": lambda: torch.ones(2, dtype=torch.complex64),
    "meta": lambda: torch.ones(2, device="meta"),
    "uint16": lambda: torch.ones(2, dtype=torch.uint16),
    "matrix": lambda: np.array([[1.0]]).view(np.matrix),
    "object": lambda: np.array([Odd()]),
    "<U1": lambda: np.array(["a"]),
    "datetime64": lambda: np.array(["2024-01-01"], dtype="datetime64[D]"),
    "complex128": lambda: np.ones(2, dtype=complex),
    "Odd": Odd,
    "set": lambda: {1},
    "4096 bits": lambda: 1 << 5000,
    "dimensions": lambda: torch.ones([1] * 40),
    "Size": lambda: torch.Size([-1]),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: {"k": [(v,)]}], ids=["bare", "nested"])
def test_a_value_that_may_not_cross_is_refused_by_name(name: str, wrap: Any) -> None:
    with pytest.raises(CodecError, match=name):
        pack(wrap(REFUSED[name]()), no_handles, BOUNDS)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_quantized_tensor_is_refused() -> None:
    with pytest.raises(CodecError, match="qint8"):
        pack(torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), no_handles, BOUNDS)


@pytest.mark.parametrize("value", [torch.zeros(()).expand(10**6, 10**6), np.broadcast_to(np.zeros(()), (10**6, 10**6))])
def test_a_tensor_of_a_million_million_elements_is_refused_before_any_copy(value: Any) -> None:
    tracemalloc.start()
    with pytest.raises(CodecError, match="more than 256 MiB"):
        pack(value, no_handles, BOUNDS)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


TOO_MUCH = {
    "deep": (nested(6), "deeper than 4"),
    "many": (list(range(30)), "more than 20 values"),
    "large": (torch.zeros(300), "MiB of numbers"),
    "large in sum": ([bytes(600), bytes(600)], "MiB of numbers"),
    "long text": ("ü" * 5000, "MiB of numbers"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_over_the_bounds_is_refused_by_the_sender(name: str) -> None:
    value, words = TOO_MUCH[name]
    with pytest.raises(CodecError, match=words):
        pack(value, no_handles, SMALL)


@pytest.mark.parametrize("name", ["deep", "many"])
def test_what_is_over_the_bounds_is_refused_by_the_receiver(name: str) -> None:
    with pytest.raises(CodecError):
        received(*sent(TOO_MUCH[name][0]), SMALL)


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(CodecError, match="nested deeper"):
        pack(loop, no_handles, BOUNDS)


def test_bytes_in_a_bool_tensor_become_true_and_false() -> None:
    odd = torch.arange(256, dtype=torch.uint8).view(torch.bool)
    got = crossed(odd)
    assert got.view(torch.uint8).tolist() == [0] + [1] * 255
    array = np.arange(256, dtype=np.uint8).view(bool)
    assert crossed(array).view(np.uint8).tolist() == [0] + [1] * 255


def test_the_codec_imports_nothing_that_can_run_code_from_bytes() -> None:
    tree = ast.parse(Path(codec.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.split(".")[0] for name in names} & {"pickle", "marshal", "shelve", "dill", "importlib"}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile", "__import__"}


# ------------------------------------------------------------------ malformed messages

numbers_or_worse = st.none() | st.booleans() | st.integers(-5, 5) | st.integers() | st.floats() | st.text(max_size=3)
tags = st.sampled_from([*"Tbultdas", "N", "size", "dtype", "device", "...", "h", "r", "p", "", "x"])
trees = st.recursive(
    numbers_or_worse | st.sampled_from(["float32", "bool", "cpu", "float64", "cuda:99"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(tags, inner).map(list) | st.tuples(tags, inner, inner, inner).map(list)
    ),
    max_leaves=15,
)
dims = st.lists(st.integers(-2, 1 << 63) | st.integers(0, 3), max_size=5)
entries = st.tuples(
    st.sampled_from([*DTYPES, "float", "object"]) | numbers_or_worse,
    dims | trees,
    st.none() | dims | trees,
    st.booleans() | numbers_or_worse,
).map(list)
headers = st.fixed_dictionaries(
    {},
    optional={
        "tree": trees,
        "news": trees,
        "tensors": st.lists(entries | trees, max_size=3) | trees,
        "blobs": st.lists(st.integers(-1, 40) | numbers_or_worse, max_size=3) | trees,
    },
)


@settings(max_examples=300, deadline=None)
@given(headers, st.binary(max_size=64))
def test_a_malformed_message_raises_nothing_but_a_codec_error(header: dict[str, Any], payload: bytes) -> None:
    try:
        message = Unpacked(header, bytearray(payload), SMALL)
        message.build_news(unknown)
        message.build(unknown)
    except CodecError:
        pass


def walk_and_spoil(node: Any, random: Any) -> Any:
    """A copy of a JSON value with one place changed."""
    if isinstance(node, list) and node and random.random() < 0.8:
        place = random.randrange(len(node))
        return [walk_and_spoil(v, random) if i == place else v for i, v in enumerate(node)]
    if isinstance(node, dict) and node:
        place = random.choice(sorted(node))
        return {k: walk_and_spoil(v, random) if k == place else v for k, v in node.items()}
    return random.choice([None, True, -1, 0, 1, 7, 1 << 40, 1 << 62, 1 << 70, 1.5, "", "T", "float32", [], [[]], {}])


@settings(max_examples=200, deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_a_message_with_one_place_spoilt_raises_nothing_but_a_codec_error(value: Any, random: Any) -> None:
    header, payload = sent(value)
    with suppress(CodecError):
        received(walk_and_spoil(header, random), payload)


@pytest.mark.parametrize(
    "header",
    [
        {"tree": None, "tensors": [["float32", [1 << 61], None, False]], "blobs": []},
        {"tree": None, "tensors": [["float32", [0, 1 << 39, 1 << 39], None, False]], "blobs": []},
        {"tree": None, "tensors": [["float32", [2] * 32, None, False]], "blobs": []},
        {"tree": ["a", 0, "float64", [1 << 60]], "tensors": [], "blobs": [0]},
        {"tree": ["a", 0, "float64", [0, 1 << 60]], "tensors": [], "blobs": [0]},
        {"tree": None, "tensors": [], "blobs": [1 << 60]},
        {"tree": None, "tensors": [["bool", [16], [-1], False]], "blobs": []},
        {"tree": None, "tensors": [["int64", [2], None, True]], "blobs": []},
    ],
)
def test_a_header_that_promises_more_than_it_brings_allocates_nothing(header: dict[str, Any]) -> None:
    start = time.perf_counter()
    with pytest.raises(CodecError):
        received(header, bytearray(16))
    assert time.perf_counter() - start < 0.5


def test_strides_cannot_make_a_small_message_a_large_tensor() -> None:
    header = {"tree": ["T", 0], "tensors": [["float32", [4], [1 << 30], False]], "blobs": []}
    assert received(header, bytearray(16)).untyped_storage().nbytes() < 1000


# ------------------------------------------------------------------ changes in place


def changed(value: Any, change: Any) -> bool:
    message = Unpacked(*sent(value), BOUNDS)
    got = message.build(unknown)
    change(got)
    return message.changed(message.tree, got)


def test_nothing_counts_as_changed_if_nothing_was_done() -> None:
    value = [torch.tensor([math.nan, 1.0]), np.array([math.nan]), {"a": (1, "x", None, math.nan)}, torch.ones(2, 3).t()]
    assert not changed(value, lambda v: None)


CHANGES = {
    "an element": (torch.zeros(3), lambda t: t.add_(1)),
    "an element to itself but in its sign": (torch.zeros(3), lambda t: t.neg_()),
    "its shape": (torch.zeros(2, 3), lambda t: t.t_()),
    "through NumPy": (torch.zeros(3), lambda t: t.numpy().__iadd__(1)),
    "through .data": (torch.zeros(3), lambda t: t.data.fill_(2)),
    "to nothing": (torch.zeros(3), lambda t: t.resize_(0)),
    "an array": (np.zeros(3), lambda a: a.__iadd__(1)),
    "an array's shape": (np.zeros(4), lambda a: a.resize((2, 2))),
    "in a list": ([1, [torch.zeros(2)]], lambda v: v[1][0].add_(1)),
    "the list": ([1, 2], lambda v: v.append(3)),
    "its order": ([2, 1], lambda v: v.sort()),
    "a dict": ({"a": 1}, lambda v: v.update(b=2)),
    "a value of a dict": ({"a": 1}, lambda v: v.update(a=2)),
    "another tensor in its place": ([torch.zeros(2)], lambda v: v.__setitem__(0, torch.zeros(2))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_place_is_seen(name: str) -> None:
    assert changed(*CHANGES[name])

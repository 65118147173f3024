"""What a student might hand in: correct, wrong and odd code, called through the boundary and directly."""

import gc
import os
import random
import sys
import weakref

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

print("a line at import")
COUNT = 0
CLASSES = ["cat", "dog"]


# ------------------------------------------------------------------ functions


def softmax(x, dim=-1):
    e = torch.exp(x - x.max(dim, keepdim=True).values)
    return e / e.sum(dim, keepdim=True)


def product_and_sum(x, y):
    return x * y, (x + y).sum()


def as_dict(x, y):
    return {"double": 2 * x, "parts": [x + y, {"square": y**2}], "shape": x.shape, "name": "ü\ud800"}


def first_of_two(x, unused):
    return 3 * x


def detached(x):
    return x.detach() * 2


def argmax(x):
    return x.argmax(-1)


def identity(x):
    return x


def identities(*args, **kwargs):
    return args, kwargs


def same_twice(x):
    y = x * 2
    return y, y


def contiguity(x):
    return x.is_contiguous(), list(x.stride())


def grad_mode():
    return torch.is_grad_enabled(), torch.is_inference_mode_enabled()


def mean(x):
    return x.mean()


class _Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * grad


def cube(x):
    return _Cube.apply(x)


class _BadBackward(_Cube):
    @staticmethod
    def backward(ctx, grad):
        raise ValueError("no backward today")


def bad_backward(x):
    return _BadBackward.apply(x)


def wrong_gradient(x):
    return _Wrong.apply(x)


class _Wrong(_Cube):
    @staticmethod
    def backward(ctx, grad):
        return grad


def sparse_rows(weight, index):
    return F.embedding(index, weight, sparse=True).sum()


# ------------------------------------------------------------------ changes in place


def add_one_(x):
    x += 1
    return x.sum()


def fill_nested_(items):
    items[1]["t"].fill_(7)


def fill_by_numpy_(x):
    x.numpy()[0] = 9


def double_array_(a):
    a *= 2


def sort_(items):
    items.sort()


def keyword_(x, *, out):
    out.copy_(x)


def untouched(x, a, items):
    return x + 1, a + 1, sorted(items)


# ------------------------------------------------------------------ modules


class Affine(nn.Module):
    def __init__(self, n_in, n_out, scale=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n_out, dtype=torch.float64))
        self.scale = scale
        self.n_in = n_in

    def forward(self, x):
        return self.scale * (x @ self.weight.T + self.bias)

    def twice(self, x):
        return 2 * self(x)

    def itself(self):
        return self

    def weights(self):
        return [self.weight, self.bias]

    def set_weight(self, value):
        with torch.no_grad():
            self.weight.copy_(value)

    def replace_weight(self, value):
        self.weight = nn.Parameter(value)

    def grad_norm(self):
        return None if self.weight.grad is None else self.weight.grad.norm()

    def unfinished(self):
        raise NotImplementedError


class Unfinished(nn.Module):
    def forward(self, x):
        raise NotImplementedError


class RunningMean(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.register_buffer("rm", torch.zeros(n))
        self.register_buffer("mask", torch.ones(n, dtype=torch.bool), persistent=False)
        self.register_buffer("empty", None)

    def forward(self, x):
        if self.training:
            self.rm = self.rm * 0.9 + 0.1 * x.mean(0)  # rebound, and not detached
        return x - self.rm


class Normed(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.norm = nn.BatchNorm1d(n)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.norm(x))


class Tied(nn.Module):
    def __init__(self, vocabulary, dim):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.out = nn.Linear(dim, vocabulary, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, index):
        return self.out(self.embed(index))


class Recurrent(nn.Module):
    def __init__(self, kind, n_in, n_hidden):
        super().__init__()
        self.rnn = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind](n_in, n_hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.head(out[:, -1])


class Deep(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n, n), nn.Tanh(), nn.Linear(n, n))
        self.layers = nn.ModuleList([nn.Linear(n, n) for _ in range(3)])
        self.heads = nn.ModuleDict({"a": nn.Linear(n, 1), "b": nn.Linear(n, 2)})
        self.own = [self.net[0].weight, self.layers[0].weight]  # references past the module's tables

    def forward(self, x, head="a"):
        x = self.net(x)
        for layer in self.layers:
            x = x + torch.relu(layer(x))
        return self.heads[head](x) + sum(w.sum() for w in self.own)


class Late(nn.Module):
    """Makes its layer at the first call."""

    def __init__(self):
        super().__init__()
        self.layer = None

    def forward(self, x):
        if self.layer is None:
            self.layer = nn.Linear(x.shape[-1], 2)
            self.register_buffer("seen", torch.tensor(x.shape[-1]))
        return self.layer(x)


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 3)
        self.head = nn.Linear(3, 1)
        self.body.requires_grad_(False)

    def forward(self, x):
        return self.head(torch.relu(self.body(x)))


class Sneaky(nn.Module):
    """Its names collide with those of a mirror."""

    def __init__(self):
        super().__init__()
        self.sync = nn.Linear(2, 2)
        self.handle_type = nn.Linear(2, 2)
        self._run = nn.Parameter(torch.ones(2))
        self.register_buffer("_state", torch.zeros(2))

    def forward(self, x):
        return self.handle_type(self.sync(x)) * self._run + self._state


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LazyLinear(2)


class ComplexWeights(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2, dtype=torch.complex64))


class SparseBuffer(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("adjacency", torch.eye(3).to_sparse())


def penalty(model, strength):
    return strength * sum(p.pow(2).sum() for p in model.parameters())


def model_loss(model, x, y):
    return F.mse_loss(model(x), y)


def fit(model, x, y, lr, steps):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def fit_by_data(model, x, y, lr):
    for p in model.parameters():
        p.grad = None
    F.mse_loss(model(x), y).backward()
    for p in model.parameters():
        p.data -= lr * p.grad


def only_backward(model, x, y):
    F.mse_loss(model(x), y).backward()


def clip(parameters, limit):
    parameters = list(parameters)
    norm = torch.stack([p.grad.norm() for p in parameters]).norm()
    for p in parameters:
        p.grad.mul_(limit / norm)
    return norm, all(isinstance(p, nn.Parameter) for p in parameters)


class HandMadeSGD:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = list(parameters), lr

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None


def make_optimizer(model, lr):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.5)


class Trainer:
    def __init__(self):
        self.net = nn.Linear(2, 1, bias=False)

    def train(self, x, y):
        return fit(self.net, x, y, 0.1, 5)[-1]


def average(models, x):
    return sum(m(x) for m in models) / len(models)


def eval_mode(model, x):
    was = model.training
    model.eval()
    y = model(x)
    model.train(was)
    return was, y


def parameters_of(model):
    return [name for name, _ in model.named_parameters()]


def shared_layer():
    inner = nn.Linear(2, 2)
    return inner, nn.Sequential(inner, nn.ReLU())


class LinearByHand:
    """No nn.Module: a leaf tensor that only ``.backward()`` fills."""

    def __init__(self, n):
        self.w = torch.zeros(n, requires_grad=True)

    def __call__(self, x):
        return x @ self.w

    def step(self, lr):
        with torch.no_grad():
            self.w -= lr * self.w.grad
            self.w.grad = None
        return self.w.detach().clone()

    def has_grad(self):
        return self.w.grad is not None


# ------------------------------------------------------------------ callables


def apply(f, *args):
    return f(*args)


def apply_twice(f, x):
    return f(f(x)) + x


def descend(f, x, lr, steps):
    x = x.detach().clone()
    for _ in range(steps):
        x.requires_grad_()
        (g,) = torch.autograd.grad(f(x), x)
        x = (x - lr * g).detach()
    return x


def backward_inside(f, x):
    x = x.detach().clone().requires_grad_()
    f(x).backward()
    return x.grad


def swallow(f):
    try:
        f()
    except Exception as error:
        return type(error).__name__, str(error)
    return "nothing was raised"


def swallow_all_and_go_on(f, times):
    for _ in range(times):
        try:
            f()
        except BaseException:
            continue
    return times


def feed_a_set(f):
    return f({1, 2})


def total(items):
    return sum(items)


def recurse(f, n):
    return f(n)


def make_adder(n):
    def add(x):
        return x + n

    return add


def steal(f):
    """Tries to reach past the callable that it was given."""
    found = []
    for name in ("__globals__", "__self__", "__code__", "__class__"):
        try:
            found.append(str(f.handle_peer.get(f.handle_id, name)))
        except Exception as error:
            found.append(type(error).__name__)
    return found


# ------------------------------------------------------------------ generators


def minibatches(n, generator):
    while True:
        yield torch.randperm(n, generator=generator)


def count_up(n):
    yield from range(n)


def unfinished_generator(n):
    raise NotImplementedError
    yield n


def fails_after(n):
    yield from range(n)
    raise KeyError("batch")


def draw(generator, n):
    return torch.rand(n, generator=generator)


def draw_twice(a, b):
    return torch.rand(2, generator=a), torch.rand(2, generator=b)


def returns_generator(seed):
    return torch.Generator().manual_seed(seed)


def differentiable_items(x):
    for i in range(3):
        yield x * i


# ------------------------------------------------------------------ objects


class Scaler:
    def __init__(self, eps=0.0):
        self.eps = eps

    def fit(self, x):
        self.mean = x.mean(0)
        return self

    def transform(self, x):
        return x - self.mean

    @staticmethod
    def version():
        return 3

    @classmethod
    def build(cls, eps):
        return cls(eps)

    @property
    def double_eps(self):
        return 2 * self.eps


class Items:
    def __init__(self, n):
        self.items = list(range(n))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    def __contains__(self, x):
        return x in self.items


class LoadedDataset(torch.utils.data.Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def is_same(a, b):
    return a is b


def make_items(n):
    return Items(n)


def items_equal(a, b):
    return a is b.items


# ------------------------------------------------------------------ exceptions


class OwnError(Exception):
    pass


class OwnValueError(ValueError):
    pass


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no text")


ERRORS = {
    "ValueError": lambda: ValueError("a text"),
    "TypeError": lambda: TypeError("a text"),
    "KeyError": lambda: KeyError("a text"),
    "IndexError": lambda: IndexError("a text"),
    "ZeroDivisionError": lambda: ZeroDivisionError("a text"),
    "FileNotFoundError": lambda: FileNotFoundError(2, "a text", "a.csv"),
    "UnicodeDecodeError": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a text"),
    "ImportError": lambda: ImportError("a text"),
    "ExceptionGroup": lambda: ExceptionGroup("a text", [ValueError("inner")]),
    "SystemExit": lambda: SystemExit("a text"),
    "KeyboardInterrupt": lambda: KeyboardInterrupt("a text"),
    "GeneratorExit": lambda: GeneratorExit("a text"),
    "StopIteration": lambda: StopIteration("a text"),
    "AssertionError": lambda: AssertionError("a text"),
    "UserWarning": lambda: UserWarning("a text"),
    "OwnError": lambda: OwnError("a text"),
    "OwnValueError": lambda: OwnValueError("a text"),
    "Mute": lambda: Mute("a text"),
    "surrogate": lambda: ValueError("half \ud800 of a text"),
    "long": lambda: ValueError("x" * 100_000),
    "SyntaxError": lambda: SyntaxError("a text"),
    "BaseException": lambda: BaseException("a text"),
}


def fail(name):
    raise ERRORS[name]()


def todo():
    raise NotImplementedError


def todo_with_words():
    raise NotImplementedError("use torch.where")


def recursion(n=0):
    return recursion(n + 1)


def out_of_memory():
    raise MemoryError


def allocate(n):
    return torch.empty(n).shape


def numpy_allocate(n):
    return np.ones(n).shape


def chained():
    try:
        {}["missing"]
    except KeyError as error:
        raise ValueError("wrapped") from error


def deep_failure(n):
    return deep_failure(n - 1) if n else 1 / 0


def warns(x):
    import warnings

    warnings.warn("watch out", UserWarning, stacklevel=1)
    print("to stderr", file=sys.stderr)
    return F.softmax(x)


# ------------------------------------------------------------------ bad values


class Impostor(torch.Tensor):
    pass


BAD = {
    "set": lambda: {1, 2},
    "Impostor": lambda: torch.ones(2).as_subclass(Impostor),
    "sparse": lambda: torch.eye(2).to_sparse(),
    "complex64": lambda: torch.ones(2, dtype=torch.complex64),
    "meta": lambda: torch.ones(2, device="meta"),
    "complex": lambda: 1j,
    "nested deeper": lambda: _nested(40),
    "MiB": lambda: torch.zeros(()).expand(10**6, 10**6),
    "too large for one message": lambda: ["é" * 4000] * 2000,
    "more than 200000 values": lambda: list(range(200_001)),
}


def _nested(n):
    return [_nested(n - 1)] if n else 0


def bad(name):
    return BAD[name]()


def bad_from_iterator():
    yield {1}


# ------------------------------------------------------------------ state


def count():
    global COUNT
    COUNT += 1
    return COUNT


def draws():
    return random.random(), float(np.random.rand()), torch.rand(3), hash("text")


def leave_file(name):
    path = os.path.join(os.environ.get("TMPDIR", "."), name)
    existed = os.path.exists(path)
    with open(path, "w") as file:
        file.write("left")
    return existed


def environment():
    return dict(os.environ)


def knobs():
    return {
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "cudnn": (torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark),
        "workspace": os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
        "tf32": torch.backends.cuda.matmul.fp32_precision,
    }


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def say(text, end="\n"):
    print(text, end=end)


def flood(n):
    for _ in range(n):
        print("x" * 1023)
    return n


_watched = []


def watched_graph(x):
    """Its graph holds an object that can be watched."""

    class Holder(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.token = Token()
            _watched.append(weakref.ref(ctx.token))
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    return Holder.apply(x)


class Token:
    pass


def alive():
    gc.collect()
    return sum(ref() is not None for ref in _watched)


def zeros(n):
    return torch.zeros(n)


class Mutator:
    def spoil(self, a, b):
        b += 1


class InPlace(nn.Module):
    def forward(self, x):
        x.add_(1)
        return x


def forge_state(generator):
    state = generator.get_state()
    state[8:12] = torch.tensor([255, 255, 0, 0], dtype=torch.uint8)
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "_generators"):
        frame = frame.f_back
    peer = frame.f_locals["self"]

    class Forged:
        def get_state(self):
            return state

    (key,) = [key for key, (known, _) in peer._generators.items() if known is generator]
    peer._generators[key] = (Forged(), b"")

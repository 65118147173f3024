"""Checkpoints that run code, are enormous, lie or do not fit; and models that look for what they should predict."""

from __future__ import annotations

import io
import json
import pickle
import struct
from typing import Any

import torch
from safetensors.torch import save

from attack_suite.attack import Attack, Outcome
from attack_suite.bases import WRONG, WRONG_MODEL, bases, weights

RIGHT = bases()["right"]
MIB = 1 << 20


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("reached the unpickler",))


def _header(table: object, data: bytes = b"", size: int | None = None) -> bytes:
    head = json.dumps(table).encode()
    return struct.pack("<Q", len(head) if size is None else size) + head + data


def _zipped() -> bytes:
    file = io.BytesIO()
    torch.save({"weight": torch.tensor([[3.0, -2.0]]), "bias": torch.tensor([0.5])}, file)
    return file.getvalue()


def _entry(shape: list[int], start: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


FITTING = {"weight": _entry([1, 2], 0, 8), "bias": _entry([1], 8, 12)}

# name, what it tries, the checkpoint, a part of the message
FILES = [
    ("of_torch_save", "A checkpoint of torch.save, whose reading runs code.", _zipped(), "looks like a file of torch.save"),
    ("pickle", "A pickle that runs code.", pickle.dumps({"weight": _Bomb()}), "looks like a file of torch.save"),
    ("pickle_of_old", "A pickle of the oldest protocol, which begins like any text.", pickle.dumps(_Bomb(), 0), "does not fit the model"),
    ("empty", "No byte at all.", b"", "does not fit the model"),
    ("endless_header", "A header of 16 exbibytes.", struct.pack("<Q", (1 << 64) - 1) + b"{}", "does not fit the model"),
    ("large_header", "A header of 90 MB, as is just allowed by the format, that is not there.", _header({}, size=90 * MIB), "does not fit the model"),
    ("deep_header", "A header of brackets, nested a hundred thousand deep.", struct.pack("<Q", 100_000) + b"[" * 100_000, "does not fit the model"),
    ("no_data", "A header that promises a terabyte.", _header({"weight": _entry([1 << 38], 0, 1 << 40)}), "does not fit the model"),
    ("overflow", "Shapes whose product overflows.", _header({"weight": _entry([1 << 62, 1 << 62], 0, 8)}, b"x" * 8), "does not fit the model"),
    ("overlapping", "Two tensors in the same bytes.", _header({"weight": _entry([1, 2], 0, 8), "bias": _entry([1], 4, 8)}, b"x" * 8), "does not fit the model"),
    ("backwards", "Data that ends before it begins.", _header({**FITTING, "bias": _entry([1], 12, 8)}, b"x" * 12), "does not fit the model"),
    ("odd_dtype", "A dtype that is the name of a function.", _header({"weight": _entry([1, 2], 0, 8, "load")}, b"x" * 8), "does not fit the model"),
    ("twice", "A name twice.", struct.pack("<Q", 200) + (json.dumps(FITTING)[:-1] + ',"bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}').encode().ljust(200) + b"x" * 12, ""),
    ("truncated", "The first half of a checkpoint.", weights(3.0, -2.0)[:70], "does not fit the model"),
    ("missing_key", "Without the bias.", save({"weight": torch.ones(1, 2)}), "Missing key"),
    ("more_keys", "With a tensor that the model has not, and a name that looks like a path.", save({"weight": torch.ones(1, 2), "bias": torch.ones(1), "../../x": torch.ones(1)}), "Unexpected key"),
    ("other_shape", "Of another shape, which could be stretched.", save({"weight": torch.ones(1, 1), "bias": torch.ones(1)}), "size mismatch"),
    ("nan", "Of NaN only.", weights(float("nan"), float("nan")), "not finite"),
    ("html", "A web page in the place of a checkpoint.", b"<html><script>alert(1)</script>" * 100, "does not fit the model"),
]  # fmt: skip


def _model(name: str, tries: str, source: str, outcome: Outcome, **at: Any) -> Attack:
    files = {
        "victim.py": WRONG,
        "model.py": WRONG_MODEL + b"\n\n" + source.encode(),
        "model.safetensors": weights(0, 0),
    }
    return Attack("checkpoints", name, tries, files, outcome, at)


def attacks(family: str) -> list[Attack]:
    """Every checkpoint beside a right model.py, and a few models that cheat."""
    found = []
    for name, tries, data, says in FILES:
        files = {"victim.py": WRONG, "model.py": RIGHT["model.py"], "model.safetensors": data}
        outcome = Outcome(verdicts={"simple": "failed"}, says=(says,) if says else ())
        found.append(Attack(family, name, tries, files, outcome))
    too_large = {**RIGHT, "model.safetensors": _header(FITTING, b"\0" * (65 * MIB))}
    notes = ("'model.safetensors' is left out: it is larger than 64 MiB",)
    found.append(
        Attack(
            family, "too_large", "A file of 65 MiB.", too_large, Outcome("12", {"simple": "not_attempted"}, notes=notes)
        )
    )
    found += [
        _model(
            "reads_pickles",
            "The model reads a pickle of its own: code that runs in the worker, where all is the student's anyway.",
            "import pickle\n\nclass Bomb:\n    def __reduce__(self):\n        return (print, ('unpickled',))\n\n"
            "def predict(model, inputs):\n    pickle.loads(pickle.dumps(Bomb()))\n    return inputs.sum(-1)\n",
            Outcome(verdicts={"simple": "failed"}, prints=("unpickled",)),
        ),
        _model(
            "enormous_model",
            "A model of a trillion parameters.",
            "def build_model():\n    return nn.Linear(10**6, 10**6)\n",
            Outcome(verdicts={"simple": "out_of_memory"}),
        ),
        _model(
            "no_model",
            "Something that is no module, but has all the methods of one.",
            "class Model:\n    def __getattr__(self, name):\n        return lambda *args, **kwargs: self\n\n"
            "def build_model():\n    return Model()\n",
            Outcome(verdicts={"simple": "raised"}, says=("build_model() must return an nn.Module, not Model",)),
        ),
        _model(
            "predicts_one_number",
            "One prediction, which would be stretched over all targets.",
            "def predict(model, inputs):\n    return inputs.mean().reshape(1)\n",
            Outcome(verdicts={"simple": "failed"}, says=("shape",)),
        ),
        _model(
            "predicts_nan",
            "NaN, for which no comparison with a threshold is false.",
            "def predict(model, inputs):\n    return inputs.sum(-1) * float('nan')\n",
            Outcome(verdicts={"simple": "failed"}, says=("not finite",)),
        ),
        _model(
            "predicts_infinity",
            "Numbers whose squares overflow.",
            "def predict(model, inputs):\n    return inputs.sum(-1).double() * 0 + 1e300\n",
            Outcome(verdicts={"simple": "failed"}),
        ),
        _model(
            "predicts_a_liar",
            "A subclass of Tensor that equals everything.",
            "import torch\n\nclass Liar(torch.Tensor):\n    @classmethod\n"
            "    def __torch_function__(cls, func, types, args=(), kwargs=None):\n        return torch.zeros(())\n\n"
            "def predict(model, inputs):\n    return inputs.sum(-1).as_subclass(Liar)\n",
            Outcome(verdicts={"simple": "failed"}, says=("a subclass of torch.Tensor",)),
        ),
        _model(
            "predicts_for_ever",
            "Never comes to an end.",
            "def predict(model, inputs):\n    while True:\n        pass\n",
            Outcome(verdicts={"simple": "timeout"}, says=("the call of predict did not finish within",)),
        ),
        _model(
            "exits_while_it_predicts",
            "Ends the process with 0.",
            "import os\n\ndef predict(model, inputs):\n    os._exit(0)\n",
            Outcome(verdicts={"simple": "crashed"}, says=("exit code 0",)),
        ),
        _model(
            "passes_by_patching",
            "Replaces the loading of weights, and the metric where it can find one.",
            "import sys\nimport types\nfrom grader.sandbox import worker\n"
            "worker.Service.predict = lambda self, weights, inputs: {'rmse': 0.0, 'tier': 'strong'}\n"
            "metrics = types.ModuleType('metrics')\nmetrics.rmse = lambda *args: 0.0\n"
            "sys.modules['grader.checkers.metrics'] = metrics\n",
            Outcome(verdicts={"simple": "failed"}, says=("expected a tensor, got dict",)),
        ),
    ]  # fmt: skip
    return found

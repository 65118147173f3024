"""The source scan: every usual way of naming a forbidden API is found, in the function that is to blame for it."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.forbidden.scan import Use, names_reached, parse, scan

CONV = "torch.nn.functional.conv2d"


def found(source: str, *forbidden: str, **others: str) -> dict[str, list[tuple[str, int]]]:
    trees = {name: ast.parse(dedent(text)) for name, text in {"m": source, **others}.items()}
    return {name: [(use.name, use.line) for use in uses] for name, uses in scan(trees, forbidden or (CONV,)).items()}


@pytest.mark.parametrize(
    "body",
    [
        "import torch\ndef f(x, w): return torch.nn.functional.conv2d(x, w)",
        "import torch.nn.functional as F\ndef f(x, w): return F.conv2d(x, w)",
        "from torch.nn import functional as G\ndef f(x, w): return G.conv2d(x, w)",
        "from torch.nn.functional import conv2d as c\ndef f(x, w): return c(x, w)",
        "from torch.nn.functional import *\ndef f(x, w): return conv2d(x, w)",
        "import torch\nn = torch.nn\ng = n.functional\ndef f(x, w): return g.conv2d(x, w)",
        "import torch.nn.functional as F\nh = F.conv2d\ndef f(x, w): return h(x, w)",
        "import torch.nn.functional as F\ndef f(x, w): return getattr(F, 'conv2d')(x, w)",
        "import torch.nn.functional as F\ndef f(x, w): return getattr(F, 'conv' + '2d')(x, w)",
        "import torch.nn.functional as F\ndef f(x, w): return getattr(F, f'conv{\"2d\"}')(x, w)",
        "import torch.nn.functional as F\ndef f(x, w): return vars(F)['conv2d'](x, w)",
        "import torch.nn.functional as F\ndef f(x, w): return F.__dict__['conv2d'](x, w)",
        "def f(x, w): return __import__('torch').nn.functional.conv2d(x, w)",
        "import importlib\ndef f(x, w): return importlib.import_module('torch.nn.functional').conv2d(x, w)",
        "import sys\ndef f(x, w): return sys.modules['torch.nn.functional'].conv2d(x, w)",
        "def f(x, w):\n    import torch\n    return torch.conv2d(x, w)",  # the same object under another name
        "import torch\ndef f(x, w): return torch.nn.modules.conv.F.conv2d(x, w)",
    ],
)
def test_every_usual_way_to_name_it_is_found(body: str):
    uses = found(body)["f"]
    assert uses
    assert {name for name, _ in uses} == {CONV}


def test_the_line_is_that_of_the_use():
    source = "import torch\n\n\ndef f(x, w):\n    y = x + 1\n    return torch.conv2d(y, w)\n"
    assert found(source) == {"f": [(CONV, 6)]}


def test_a_function_that_only_calls_the_one_that_uses_it_is_to_blame_too():
    source = """
        import torch
        def helper(x, w): return torch.conv2d(x, w)
        def f(x, w): return helper(x, w)
        def innocent(x): return x + 1
    """
    assert set(found(source)) == {"helper", "f"}


def test_it_is_followed_into_the_students_other_modules():
    other = "import torch\ndef helper(x, w): return torch.conv2d(x, w)"
    assert set(found("from other import helper as h\ndef f(x, w): return h(x, w)", other=other)) == {"helper", "f"}
    assert set(found("import other\ndef f(x, w): return other.helper(x, w)", other=other)) == {"helper", "f"}


def test_a_value_made_at_the_top_counts_for_those_who_refer_to_it():
    source = """
        import torch
        layer = torch.nn.Conv2d(3, 3, 1)
        def f(x): return layer(x)
        def innocent(x): return x
    """
    assert set(found(source, "torch.nn.Conv2d")) == {"layer", "f"}


def test_a_class_counts_as_a_whole():
    source = """
        import torch
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = torch.nn.Conv2d(3, 3, 1)
    """
    assert set(found(source, "torch.nn.Conv2d")) == {"Net"}


def test_a_method_of_tensors_is_found_by_its_name():
    assert found("def f(x): return x.softmax(-1)", "torch.Tensor.softmax") == {"f": [("torch.Tensor.softmax", 1)]}


def test_an_import_alone_is_no_use():
    assert found("from torch.nn.functional import conv2d\ndef f(x): return x") == {}


def test_a_word_in_a_text_or_a_comment_is_no_use():
    assert found("import torch\ndef f(x):\n    'like torch.conv2d'\n    # torch.conv2d(x)\n    return x") == {}


def test_an_own_function_of_the_same_name_is_no_use():
    assert found("def conv2d(x, w): return x\ndef f(x, w): return conv2d(x, w)") == {}


def test_what_does_not_parse_is_left_to_the_import():
    assert parse(b"def f(:") is None
    assert parse(b"x = 1\0") is None
    assert parse(b"(" * 5000) is None


def test_the_names_that_a_driver_reaches():
    tree = ast.parse("def a(student): return b(student)\ndef b(student): return student.conv2d(1)\ndef c(s): s.other()")
    assert "conv2d" in names_reached(tree, "a")
    assert "other" not in names_reached(tree, "a")


@given(st.text(max_size=200))
def test_no_source_makes_the_scan_fail(source: str):
    tree = parse(source.encode("utf-8", "surrogatepass"))
    if tree is not None:
        assert all(isinstance(use, Use) for uses in scan({"m": tree}, (CONV,)).values() for use in uses)

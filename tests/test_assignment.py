"""Manifests, courses, and the wording of their errors."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment, Course, find_course, is_reserved_module, load_assignment
from grader.errors import ContentError, UsageError
from grader.limits import Limits

MANIFEST = """\
format = 1
slug = "hw"
title = "HW1 Regression"
version = "1.0"
points = 100
modules = ["descent", "model"]
[feedback]
hidden = "nothing"
[limits]
cpu = 5
[worker]
preload = ["pandas"]
[model]
module = "model"
weights = "model.safetensors"
dataset = "survey"
metric = "rmse"
limits = { cpu = 60, wall = 180 }
[[model.tiers]]
name = "simple"
threshold = 2
points = 10
[[model.tiers]]
name = "boss"
threshold = 0.57
points = "7.5"
"""


def write(folder: Path, text: str = MANIFEST, slug: str = "hw") -> Path:
    path = folder / "assignments" / slug / "assignment.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, old: str = "", new: str = "") -> Assignment:
    assert old in MANIFEST
    return load_assignment(write(folder, MANIFEST.replace(old, new, 1)).parent)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    write(tmp_path)
    (tmp_path / "solutions/hw/checks").mkdir(parents=True)
    (tmp_path / "datasets/survey").mkdir(parents=True)
    (tmp_path / "datasets/survey/dataset.toml").touch()
    return Course(tmp_path)


def test_manifest_becomes_nouns(tmp_path: Path) -> None:
    assignment = load(tmp_path)
    assert (assignment.slug, assignment.title, assignment.version) == ("hw", "HW1 Regression", "1.0")
    assert (assignment.points, assignment.modules) == (Decimal(100), ("descent", "model"))
    assert assignment.limits == Limits(cpu=5)
    assert (assignment.hidden_feedback, assignment.preload) == ("nothing", ("pandas",))
    model = assignment.model
    assert model is not None
    assert (model.module, model.weights, model.dataset) == ("model", "model.safetensors", "survey")
    assert model.limits == Limits(cpu=60, wall=180)
    assert [(t.name, t.threshold, t.points) for t in model.tiers] == [
        ("simple", 2.0, Decimal(10)),
        ("boss", 0.57, Decimal("7.5")),
    ]


def test_optional_tables_have_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, MANIFEST.split("[feedback]")[0])
    assignment = load_assignment(path.parent)
    assert assignment.limits == Limits()
    assert (assignment.hidden_feedback, assignment.preload, assignment.model) == ("title", (), None)


def test_models_limits_start_from_the_assignments(tmp_path: Path) -> None:
    model = load(tmp_path, "limits = { cpu = 60, wall = 180 }", "limits = { wall = 99 }").model
    assert model is not None
    assert model.limits == Limits(cpu=5, wall=99)


def test_half_points_are_exact(tmp_path: Path) -> None:
    assert load(tmp_path, "points = 100", "points = 0.1").points == Decimal("0.1")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format = 1\n", "", "'format' must be 1, the only one that this grader reads, not nothing"),
        ("format = 1", "format = 2", "'format' must be 1, the only one that this grader reads, not 2"),
        ("format = 1", "format = true", "'format' must be 1, the only one that this grader reads, not True"),
        ('title = "HW1 Regression"\n', "", "'title' is missing; add it"),
        ('"HW1 Regression"', '"two\\nlines"', r"'title' must be one line of text, not 'two\nlines'"),
        ('"HW1 Regression"', "3", "'title' must be one line of text, not 3"),
        ('slug = "hw"', 'slug = "hw2"', "'slug' must be its folder's name, 'hw', not 'hw2'; rename one"),
        ('slug = "hw"', 'slug = "../hw"', "'slug' may hold letters, digits, '_' and '-' only, not '../hw'"),
        ("modules =", "module =", "'module' is not a known key (did you mean 'modules'?); known are format"),
        ("[feedback]", "[feedbak]", "'feedbak' is not a known key (did you mean 'feedback'?)"),
        ("hidden =", "hiden =", "[feedback] 'hiden' is not a known key (did you mean 'hidden'?)"),
        ('"nothing"', '"none"', "[feedback] 'hidden' must be one of title, nothing, full, not 'none'"),
        (
            '"rmse"',
            '"rsme"',
            "[model] 'metric' must be one of rmse, accuracy, not 'rsme' (did you mean 'rmse'?)",
        ),
        ("cpu = 5", "gpu = 5", "[limits]: unknown limit 'gpu'"),
        ("cpu = 5", "cpu = -5", "[limits]: limit 'cpu' must be a positive float, not -5"),
        ("cpu = 60", 'cpu = "60"', "[model.limits]: limit 'cpu' must be a positive float, not '60'"),
        ('["pandas"]', '"pandas"', "[worker] 'preload' must be a list of texts, not 'pandas'"),
        (
            '["pandas"]',
            '["os;x"]',
            "[worker] 'preload' holds 'os;x', which is not a name that 'import' takes",
        ),
        ("points = 100", "points = 0", "'points' must be a positive number with at most two decimals, not 0"),
        ("points = 100", "points = 0.125", "'points' must be a positive number with at most two decimals"),
        ("points = 100", "points = nan", "'points' must be a positive number with at most two decimals"),
        ("points = 100", "points = inf", "'points' must be a positive number with at most two decimals"),
        ("points = 100", "points = true", "'points' must be a positive number with at most two decimals"),
        ("points = 100", 'points = "ten"', "'points' must be a positive number with at most two decimals"),
        ("points = 100", 'points = "1e999999999"', "'points' must be a positive number"),
        ('["descent", "model"]', "[]", "'modules' must name at least one module"),
        ('["descent", "model"]', '["descent.py"]', "'modules' holds 'descent.py'; leave out '.py'"),
        ('["descent", "model"]', '["a b"]', "'modules' holds 'a b', which is not a name that 'import' takes"),
        ('["descent", "model"]', '["class"]', "'modules' holds 'class', which is not a name"),
        ('["descent", "model"]', '["random"]', "'modules' holds 'random', which would hide another module"),
        ('["descent", "model"]', '["torch"]', "'modules' holds 'torch', which would hide another module"),
        ('"descent",', '"model",', "'modules' holds 'model' and 'model'; name each module once"),
        ('"descent",', '"Model",', "'modules' holds 'Model' and 'model'; name each module once (case is"),
        (
            'module = "model"',
            'module = "modle"',
            "[model] 'module' must be one of descent, model, not 'modle'",
        ),
        (
            '"model.safetensors"',
            '"model.pt"',
            "[model] 'weights' must be a file name that ends in '.safetensors'",
        ),
        ('"model.safetensors"', '"../m.safetensors"', "[model] 'weights' must be a file name that ends in"),
        ('"survey"', '"../survey"', "[model] 'dataset' must be the name of a folder below datasets/"),
        ("[[model.tiers]]", "[[model.teirs]]", "[model] 'teirs' is not a known key (did you mean 'tiers'?)"),
        (
            'name = "boss"',
            'name = "easy"',
            "[model.tiers 2] 'name' must be one of simple, medium, strong, boss",
        ),
        (
            'name = "boss"',
            'name = "simple"',
            "[model.tiers 2] 'name' 'simple' stands after 'simple'; the order is",
        ),
        (
            'name = "simple"',
            'name = "boss"',
            "[model.tiers 2] 'name' 'boss' stands after 'boss'; the order is",
        ),
        ("threshold = 2", "threshold = nan", "[model.tiers 1] 'threshold' must be a finite number, not nan"),
        ("threshold = 2", 'threshold = "2"', "[model.tiers 1] 'threshold' must be a finite number, not '2'"),
        (
            "threshold = 0.57",
            "threshold = 2.0",
            "[model.tiers 2] 'threshold' must be below 2.0, that of 'simple', not 2.0; with rmse",
        ),
        (
            '"rmse"',
            '"accuracy"',
            "[model.tiers 2] 'threshold' must be above 2.0, that of 'simple', not 0.57; with accuracy",
        ),
        ("[worker]", "[[worker]]", "'worker' must be a table, [worker], not [{'preload': ['pandas']}]"),
    ],
)
def test_error_names_file_key_rule_and_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        load(tmp_path, old, new)
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / 'assignments/hw/assignment.toml'}: ")
    assert message in text


def test_model_without_tiers_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, MANIFEST.split("[[model.tiers]]")[0] + "tiers = []\n")
    with pytest.raises(ContentError, match=r"'tiers' must be at least one table, \[\[model\.tiers\]\], not \[\]"):
        load_assignment(path.parent)


def test_manifest_must_be_toml(tmp_path: Path) -> None:
    path = write(tmp_path, "format = 1\nslug =\n")
    with pytest.raises(ContentError, match=r"assignment\.toml: not valid TOML: Invalid value \(at line 2"):
        load_assignment(path.parent)


def test_manifest_must_be_utf8(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(b'title = "\xa7"')
    with pytest.raises(ContentError, match="byte 9 is not UTF-8; save the file as UTF-8"):
        load_assignment(path.parent)


def test_manifest_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff" + MANIFEST)
    assert load_assignment(path.parent).slug == "hw"


def test_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"assignment\.toml is missing"):
        load_assignment(tmp_path)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")) | st.sampled_from(MANIFEST.splitlines()))
def test_any_text_is_a_manifest_or_a_content_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = write(tmp_path_factory.mktemp("course"), "format = 1\n" + text)
    with pytest.raises(ContentError):
        load_assignment(path.parent)


@pytest.mark.parametrize("name", ["random", "Random", "TORCH", "conftest", "sitecustomize", "pil", "grader"])
def test_modules_that_hide_others_are_reserved(name: str) -> None:
    assert is_reserved_module(name)


@pytest.mark.parametrize("name", ["model", "regression", "attention", "losses", "layers", "metrics", "decoding"])
def test_names_of_the_course_are_free(name: str) -> None:
    assert not is_reserved_module(name)


def test_lower_is_better_for_rmse(tmp_path: Path) -> None:
    model = load(tmp_path).model
    assert model is not None
    assert not model.higher_is_better
    assert [tier.name for tier in model.reached(2.0)] == ["simple"]
    assert [tier.name for tier in model.reached(0.1)] == ["simple", "boss"]
    assert model.reached(2.1) == ()


def test_higher_is_better_for_accuracy(tmp_path: Path) -> None:
    text = MANIFEST.replace('"rmse"', '"accuracy"').replace("threshold = 2", "threshold = 0.5")
    model = load_assignment(write(tmp_path, text).parent).model
    assert model is not None
    assert model.higher_is_better
    assert [tier.name for tier in model.reached(0.5)] == ["simple"]
    assert model.reached(0.49) == ()


@pytest.mark.parametrize("value", [None, math.nan])
def test_no_value_reaches_no_tier(tmp_path: Path, value: float | None) -> None:
    model = load(tmp_path).model
    assert model is not None
    assert model.reached(value) == ()


def test_names_are_the_public_ones_of_all_stubs(tmp_path: Path) -> None:
    assignment = load(tmp_path)
    (assignment.folder / "descent.py").write_text(
        "import math\ndef f(): ...\ndef _g(): ...\nclass C:\n  def m(self): ..."
    )
    (assignment.folder / "model.py").write_text("raise SystemExit\ndef build_model(): ...")
    assert assignment.names() == {"f": "descent", "C": "descent", "build_model": "model"}


def test_name_in_two_modules_is_an_error(tmp_path: Path) -> None:
    assignment = load(tmp_path)
    for module in assignment.modules:
        (assignment.folder / f"{module}.py").write_text("def f(): ...")
    with pytest.raises(ContentError, match=r"model\.py: 'f' is also defined in descent\.py"):
        assignment.names()


def test_missing_stub_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"descent\.py is missing; write it with 'grader release hw'"):
        load(tmp_path).names()


def test_broken_stub_names_file_and_line(tmp_path: Path) -> None:
    assignment = load(tmp_path)
    (assignment.folder / "descent.py").write_text("x = 1\ndef f(:\n")
    with pytest.raises(ContentError, match=r"descent\.py:2: not valid Python: "):
        assignment.names()


def test_checks_folders(course: Course) -> None:
    assignment = course.assignment("hw")
    assert assignment.visible_checks == course.root / "assignments/hw/checks"
    assert assignment.hidden_checks == course.root / "solutions/hw/checks"
    assert load_assignment(assignment.folder).hidden_checks is None


def test_digest_sees_names_and_bytes_but_no_caches(course: Course) -> None:
    assignment = course.assignment("hw")
    before = assignment.digest()
    for cache in ("checks/__pycache__/x.pyc", ".swp", "checks/.pytest_cache/x"):
        path = assignment.folder / cache
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1")
    assert assignment.digest() == before
    (assignment.folder / "a").write_bytes(b"bc")
    with_a = assignment.digest()
    (assignment.folder / "a").rename(assignment.folder / "ab")
    (assignment.folder / "ab").write_bytes(b"c")
    assert len({before, with_a, assignment.digest()}) == 3


def test_solution_digest_is_empty_without_a_solution(course: Course) -> None:
    assignment = course.assignment("hw")
    assert len(assignment.solution_digest()) == 64
    assert load_assignment(assignment.folder).solution_digest() == ""


def test_course_is_found_from_below(course: Course) -> None:
    assert find_course(course.root / "solutions/hw/checks").root == course.root.resolve()


def test_no_course_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither this folder nor one above it holds 'assignments/'"):
        find_course(tmp_path)


def test_slugs_are_folders_with_a_manifest(course: Course) -> None:
    write(course.root, slug="a")
    (course.root / "assignments/notes").mkdir()
    assert course.slugs() == ("a", "hw")


def test_wrong_slug_lists_the_known_and_the_closest(course: Course) -> None:
    write(course.root, slug="other")
    with pytest.raises(UsageError) as caught:
        course.assignment("hhw")
    assert str(caught.value) == "there is no assignment 'hhw' (did you mean 'hw'?); known are hw, other"


def test_beginning_of_a_slug_is_recognised(course: Course) -> None:
    write(course.root, slug="regression")
    with pytest.raises(UsageError, match=r"no assignment 'r' \(did you mean 'regression'\?\)"):
        course.assignment("r")


def test_empty_course_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no assignment 'hw'; .*assignments holds none"):
        Course(tmp_path).assignment("hw")


def test_dataset_is_a_folder_with_a_manifest(course: Course) -> None:
    assert course.dataset("survey") == course.root / "datasets/survey"
    with pytest.raises(ContentError, match=r"there is no data set 'suvey' \(did you mean 'survey'\?\)"):
        course.dataset("suvey")


FORBIDDEN = """\
[[forbidden]]
checks = ["test_conv2d_*", "test_shared"]
names = ["torch.conv2d"]
reason = "write the sums yourself"
[feedback]
"""


def test_forbidden_apis_are_read_and_belong_to_the_checks_that_their_patterns_fit(tmp_path: Path):
    assignment = load(tmp_path, "[feedback]\n", FORBIDDEN)
    (rule,) = assignment.forbidden
    assert (rule.names, rule.reason) == (("torch.conv2d",), "write the sums yourself")
    assert assignment.forbidden_in("test_conv2d_value") == assignment.forbidden_in("test_shared") == (rule,)
    assert assignment.forbidden_in("test_conv2") == ()


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('["torch.conv2d"]', '["F.conv2d"]', "[forbidden 1] 'names' holds 'F.conv2d'; write the full dotted name"),
        ('["torch.conv2d"]', "[]", "[forbidden 1] 'names' must hold at least one text"),
        ('reason = "write the sums yourself"\n', "", "[forbidden 1] 'reason' is missing; add it"),
        ("reason", "because", "[forbidden 1] 'because' is not a known key"),
    ],
)
def test_a_broken_rule_on_forbidden_apis_is_named(tmp_path: Path, old: str, new: str, wrong: str):
    with pytest.raises(ContentError) as caught:
        load(tmp_path, "[feedback]\n", FORBIDDEN.replace(old, new))
    assert wrong in str(caught.value)

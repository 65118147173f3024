"""The documentation says what the code does: links, commands, keys and fields, and its examples are run."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

import grader.assignment
import grader.datasets.description
from grader.assignment import load_assignment
from grader.cli import VERBS, cli
from grader.limits import Limits
from grader.report import CheckResult, CheckTiming, Confinement, Digests, Report, Timings, TrainingResult
from grader.verdict import Verdict

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("README.md")])
AUTHORS = DOCS / "writing-an-assignment.md"
REPORT = DOCS / "report-format.md"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in _FENCE.findall(text_of(page)) if kind == language]


def without_code(page: Path) -> str:
    return _FENCE.sub("", text_of(page))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = _HEADING.findall(without_code(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(page: Path, heading: str) -> str:
    """What stands below a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text_of(page), re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no heading '{heading}'"
    return found[1]


def first_cells(page: Path, heading: str, column: str) -> list[str]:
    """The first cells, without backticks, of the table in a section whose first column has this name."""
    found = re.search(rf"^\| {column} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", section(page, heading), re.MULTILINE)
    assert found, f"{page.name}, '{heading}': no table of {column}s"
    return [line.split("|")[1].strip(" `") for line in found[1].splitlines()]


def in_code(page: Path) -> set[str]:
    """All that stands in `inline code` on a page, and the dotted parts of it."""
    found = set(re.findall(r"`([^`\n]+)`", without_code(page)))
    return found | {part for item in found for part in re.split(r"[^\w]+", item)}


# ---------------------------------------------------------------------- links and commands


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(without_code(page)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def commands(page: Path) -> list[list[str]]:
    """The words of every `grader …` on a page, in code blocks and in inline code."""
    lines = [line for _, body in _FENCE.findall(text_of(page)) for line in body.splitlines()]
    code = [*lines, *re.findall(r"`([^`\n]+)`", without_code(page))]
    found = [re.match(r"(?:\$ )?grader ([a-z-].*)", line) for line in code]
    return [match[1].split("#")[0].split() for match in found if match]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_verb_and_option_exists(page: Path) -> None:
    for verb, *arguments in commands(page):
        assert verb in VERBS, f"{page.name}: grader {verb}"
        told = CliRunner().invoke(cli, [verb, "--help"]).output
        options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", told))
        unknown = {word for word in arguments if word.startswith("-")} - options
        assert not unknown, f"{page.name}: grader {verb} has no {unknown}"


def test_options_named_alone_exist() -> None:
    helps = "".join(CliRunner().invoke(cli, [verb, "--help"]).output for verb in VERBS)
    known = set(re.findall(r"--[a-z][a-z-]*", helps)) | {"--submission", "--pdb", "--tb"}
    for page in PAGES:
        code = " ".join(re.findall(r"`([^`\n]+)`", without_code(page)))
        unknown = set(re.findall(r"--[a-z][a-z-]*", code)) - known
        assert not unknown, f"{page.name}: {unknown}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_block_is_python(page: Path) -> None:
    for body in blocks(page, "python"):
        compile(body, page.name, "exec", dont_inherit=True)


def test_every_file_of_the_package_that_the_tour_names_exists() -> None:
    page = without_code(DOCS / "tour.md")
    named = {name for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]*)`", page) if name != "assignments/"}
    assert len(named) > 20
    for name in named:
        place = ROOT / "grader" / name
        there = place.is_dir() or place.with_suffix(".py").is_file()
        assert there or (ROOT / name).is_dir(), f"tour.md: {name}"


# ---------------------------------------------------------------------- keys and fields


def keys_that_are_read(module: str | None) -> set[str]:
    """Every key in a call `….only("key", …)`: what a manifest's loader accepts."""
    assert module
    return {
        argument.value
        for node in ast.walk(ast.parse(Path(module).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "only"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


def test_every_key_of_both_manifests_is_explained() -> None:
    manifest, dataset = (keys_that_are_read(m.__file__) for m in (grader.assignment, grader.datasets.description))
    assert {"slug", "tiers", "threshold"} <= manifest
    assert {"checksum", "gdown"} <= dataset
    limits = {field.name for field in fields(Limits)}
    missing = (manifest | dataset | limits) - in_code(AUTHORS)
    assert not missing


def test_the_defaults_of_the_limits_are_right() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", section(AUTHORS, "The manifest"), re.MULTILINE))
    assert {name: float(told[name]) for name in first_cells(AUTHORS, "The manifest", "limit")} == vars(Limits())


def test_every_mark_fixture_and_checker_is_explained() -> None:
    import grader.checkers
    from grader import pytest_plugin

    marks = {mark.partition("(")[0].partition(":")[0] for mark in pytest_plugin.MARKS}
    missing = ({*marks, "submission", "rng", "reference"} | set(grader.checkers.__all__)) - in_code(AUTHORS)
    assert not missing


def test_every_name_that_submission_keeps_for_itself_is_explained() -> None:
    from grader.remote import SubmissionProxy

    own = {name for name in vars(SubmissionProxy) if not name.startswith("_")}
    assert not own - in_code(AUTHORS)


def test_the_tables_of_fields_are_those_of_the_records_in_their_order() -> None:
    nested = {"training": TrainingResult, "digests": Digests, "confinement": Confinement}
    wanted = []
    for field in fields(Report):
        wanted.append(field.name)
        wanted += [f"{field.name}.{inner.name}" for inner in fields(nested[field.name])] if field.name in nested else []
    top, _, results = section(REPORT, "Fields").partition("An entry of `results`:")
    assert re.findall(r"^\| `([\w.]+)` \|", top, re.MULTILINE) == wanted
    assert re.findall(r"^\| `([\w.]+)` \|", results, re.MULTILINE) == [field.name for field in fields(CheckResult)]


def test_the_table_of_verdicts_names_each_with_its_owner() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+)", section(REPORT, "Verdicts"), re.MULTILINE)
    assert rows == [(verdict.value, verdict.owner.value) for verdict in Verdict]


def test_every_column_of_the_grades_and_every_number_of_the_timings_is_explained() -> None:
    from grader.exporters.csv import COLUMNS

    assert first_cells(REPORT, "grades.csv", "column")[:-1] == list(COLUMNS)
    assert {field.name for field in fields(CheckTiming)} <= in_code(REPORT)


def test_every_verb_has_its_exit_codes() -> None:
    assert set(first_cells(REPORT, "Exit codes", "verb")) == set(VERBS)


def test_the_model_part_is_a_manifest_that_loads(tmp_path: Path) -> None:
    files = dict(_FILE.findall(text_of(AUTHORS)))
    (part,) = re.findall(r"```toml\n(.*?)```", section(AUTHORS, "The trained model"), re.DOTALL)
    folder = tmp_path / "hw0"
    folder.mkdir()
    manifest = files["assignments/hw0/assignment.toml"].replace('["functions"]', '["functions", "model"]')
    (folder / "assignment.toml").write_text(f"{manifest}\n{part}", encoding="utf-8")
    model = load_assignment(folder).model
    assert model is not None
    assert model.tiers[0].threshold == 2.0


def test_the_example_report_and_timings_are_what_the_code_writes() -> None:
    report, timings = blocks(REPORT, "json")
    assert Report.from_json(report).to_json() == report
    assert Timings.from_json(timings).to_json() == timings


# ---------------------------------------------------------------------- the examples, run


def run(command: str, folder: Path) -> str:
    """What a command prints; it runs as in a shell in which this environment is active."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # wide: a narrow terminal would break lines
    environment = {**os.environ, "PATH": path, "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_complete_example_does_what_the_page_says(tmp_path: Path) -> None:
    for name, body in _FILE.findall(section(AUTHORS, "A complete example")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    (transcript,) = re.findall(r"```console\n(.*?)```", section(AUTHORS, "A complete example"), re.DOTALL)
    for step in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
        command, *expected = step.splitlines()
        printed = [line.rstrip() for line in run(command, tmp_path).splitlines()]
        assert [line for line in expected if line not in printed] == [], "\n".join(printed)
    # the report that the other page shows is that of this very submission
    shown, written = (
        json.loads(text) for text in (blocks(REPORT, "json")[0], text_of(tmp_path / "out/hw0/reports/bob.json"))
    )
    for report in (shown, written):
        for name in ("digests", "seed_fingerprint", "torch", "confinement"):
            del report[name]  # of that run and that machine
        for result in report["results"]:
            result["message"] = bool(result["message"])  # holds numbers drawn from the secret seed
    assert written == shown


ABILITIES = '''
"""What the snippets of the page need; the whole file is given, so there is nothing to mark."""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(size)), nn.Parameter(torch.zeros(size))

    def forward(self, x):
        return nn.functional.layer_norm(x, self.weight.shape, self.weight, self.bias)


class Scaler:
    def fit(self, x):
        self.mean = x.mean(0)
        return self

    def transform(self, x):
        return x - self.mean


def batches(n, size, generator):
    yield from torch.randperm(n, generator=generator).split(size)


def descend(grad_fn, theta, lr, steps):
    for _ in range(steps):
        theta = theta - lr * grad_fn(theta)
    return theta


def read_numbers(path):
    with open(path) as file:
        return [float(line) for line in file]
'''


def test_what_submission_can_do_runs_as_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "assignments" / "abilities"
    (folder / "checks").mkdir(parents=True)
    manifest = dict(_FILE.findall(text_of(AUTHORS)))["assignments/hw0/assignment.toml"]
    (folder / "assignment.toml").write_text(manifest.replace("hw0", "abilities"), encoding="utf-8")
    (folder / "functions.py").write_text(ABILITIES, encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", section(AUTHORS, "What `submission` can do"), re.DOTALL)
    head = "import pytest\nimport torch\n\nfrom grader.checkers import *\n\n\n"
    (folder / "checks" / "test_snippets.py").write_text(head + "\n\n".join(snippets), encoding="utf-8")
    printed = run("grader check abilities", tmp_path)
    assert len(snippets) == 5
    assert "5 of 5 points" in printed

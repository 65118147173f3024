"""The tiers of hw1_regression keep their distance from their references, from each other and from baselines."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[2] / "datasets" / "covid_survey" / "measure.py"


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_covid_survey", FILE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # its dataclass looks it up
    spec.loader.exec_module(module)
    return module


def test_the_margin_is_twice_the_joint_deviation(measuring: ModuleType):
    # Means over splits: 2 and 4, deviation √2. Means over seeds: 1, 5, deviation √8. 2 √(2 + 8).
    measured = measuring.Measured("x", ((0.0, 4.0), (2.0, 6.0)))
    assert measured.mean == 3.0
    assert measured.margin == pytest.approx(2 * 10**0.5)


@pytest.mark.heavy
def test_every_threshold_keeps_its_distance(measuring: ModuleType, capsys: pytest.CaptureFixture[str]):
    assert measuring.main([]) == 0, capsys.readouterr().out

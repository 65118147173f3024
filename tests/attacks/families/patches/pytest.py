"""Replaces what a runner would decide with: pytest's functions, marks, reports and raises, where they are imported.
---
verdicts = { square_value = "failed" }
prints = ["pytest: "]
"""

import sys

found = []
try:
    import _pytest.python
    import _pytest.reports
    import _pytest.runner
    import pytest

    _pytest.python.Function.runtest = lambda self: None
    _pytest.runner.call_runtest_hook = lambda *args, **kwargs: None
    _pytest.reports.TestReport.passed = True
    pytest.raises = lambda *args, **kwargs: None
    found.append("patched")
except ImportError:
    found.append("missing")


def square(x):
    print("pytest:", *found, "pytest" in sys.modules)
    return x

"""`grader check` shall answer in a second."""

from __future__ import annotations

import subprocess
import sys


def test_the_views_of_one_student_load_neither_torch_nor_pandas():
    code = "import sys, grader.exporters; print(sorted({'torch', 'numpy', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

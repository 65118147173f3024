"""What students do not have. THE-HIDDEN-CHECK"""

import pytest
import torch
from grader.checkers import assert_close

pytestmark = pytest.mark.hidden


@pytest.mark.points(1)
@pytest.mark.depends("test_square_value")
def test_square_hidden(submission, reference, rng):
    """square has the right values for many shapes"""
    for shape in ((2,), (1, 5), (2, 3, 4)):
        x = torch.randn(*shape, dtype=torch.float64, generator=rng)
        assert_close(submission.square(x), reference.square(x), atol=1e-12)

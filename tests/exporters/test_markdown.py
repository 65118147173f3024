"""feedback.md."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.exporters import feedback_markdown

MIXED = """\
# Feedback on hw1_regression 1.0

Student: jane doe

**0 of 10 points**

## Trained model

The trained model has no rmse yet.

## Notes on your files

- my_notes.py is no file of this assignment and was ignored.

## Checks

### · linear computes xW + b

0 of 2 points: not attempted

### ✗ mse_loss averages

0 of 1.5 points: failed

```text
You sum instead of averaging.
mse_loss: 6 of 6 elements differ; tolerance atol 1e-06
  worst at [0, 2]: got 3.5, want 3.0, difference 0.5
```

Hint: Which axis do you average over?

Your code printed:

````text
x is 3
```
<b>bold</b>\\x1b[31mred
````

### – mse_loss holds for other sizes (hidden check)

0 of 4 points: skipped, as a check that it builds on did not pass

### ✗ the model reaches simple

0 of 2.5 points: failed
"""

STUCK = """\
# Feedback on hw1_regression 1.0

Student: =HYPERLINK("http\\://evil")

**This grade is not final. The grader itself failed in 2 checks: that is not your fault and costs you no \
points. The course staff will run it again.**

## Notes on your files

- &lt;script&gt;alert(1)&lt;/script&gt; \\\\x1b\\[2J \\[red\\]x\\[/red\\] \\| \\*a\\*

## Checks

### ✓ linear computes xW + b

2 of 2 points: passed

### ! mse_loss averages

still open, up to 1.5 points: the grader failed; this is not your fault

### – mse_loss holds for other sizes (hidden check)

still open, up to 4 points: skipped, as the grader failed; this is not your fault

### ✗ the model reaches simple

0 of 2.5 points: your code took too long
"""


def test_the_feedback_is_golden(mixed):
    assert feedback_markdown(mixed, hidden="title") == MIXED


def test_the_feedback_of_an_incomplete_report_is_golden(stuck):
    assert feedback_markdown(stuck, hidden="title") == STUCK


def test_the_trained_model_is_named_with_its_tier(good):
    assert "The trained model's rmse is 0.6551: tier strong reached." in feedback_markdown(good, hidden="title")


def test_hidden_nothing_says_only_that_there_are_hidden_checks(mixed):
    text = feedback_markdown(mixed, hidden="nothing")
    assert "other sizes" not in text
    assert "secret" not in text
    assert "The total counts hidden checks too, which are not listed here." in text


def test_hidden_full_shows_all(mixed):
    text = feedback_markdown(mixed, hidden="full")
    assert all(secret in text for secret in ("the secret message", "the secret hint", "the secret print"))


def test_an_unknown_mode_is_refused(mixed):
    with pytest.raises(ValueError, match="hidden feedback must be title, nothing or full, not 'all'"):
        feedback_markdown(mixed, hidden="all")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=30) | st.text("`#*<>|\n\r- ~_[]()", max_size=20))
def test_a_students_text_never_changes_the_structure(mixed, text):
    evil = dataclasses.replace(
        mixed,
        student=f"x{text}",
        notes=(f"x{text}",),
        results=tuple(
            dataclasses.replace(r, message=f"x{text}", hint=f"x{text}", stdout=f"x{text}") for r in mixed.results
        ),
    )
    tame = dataclasses.replace(
        evil,
        student="x",
        notes=("x",),
        results=tuple(dataclasses.replace(r, message="x", hint="x", stdout="x") for r in mixed.results),
    )
    kinds = [
        [(token.type, token.tag, token.level) for token in MarkdownIt("commonmark").parse(feedback)]
        for feedback in (feedback_markdown(r, hidden="full") for r in (evil, tame))
    ]
    assert kinds[0] == kinds[1]

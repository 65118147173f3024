"""What a student may see."""

from __future__ import annotations

from grader.exporters import shown_to_student


def test_visible_checks_are_shown_in_full_in_every_mode(mixed):
    for hidden in ("title", "nothing", "full"):
        visible = [result for result in shown_to_student(mixed.results, hidden) if result.visibility == "visible"]
        assert visible == [result for result in mixed.results if result.visibility == "visible"]


def test_a_title_is_shown_without_message_hint_and_output(mixed):
    (result,) = (r for r in shown_to_student(mixed.results, "title") if r.visibility == "hidden")
    assert (result.title, result.message, result.hint, result.stdout) == (
        "mse_loss holds for other sizes",
        "",
        "",
        "",
    )


def test_nothing_leaves_hidden_checks_out(mixed):
    assert len(shown_to_student(mixed.results, "nothing")) == 3


def test_full_leaves_all_as_it_is(mixed):
    assert shown_to_student(mixed.results, "full") == mixed.results

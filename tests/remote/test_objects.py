"""The student's own objects are used through handles."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader

from grader.remote import SubmissionProxy
from grader.sandbox.faults import NotAttempted, StudentRaised


def test_attributes_and_methods_reach_over(submission: SubmissionProxy) -> None:
    x = torch.randn(5, 2)
    scaler = submission.Scaler(eps=0.5)
    assert scaler.eps == 0.5
    assert scaler.double_eps == 1.0
    assert repr(scaler) == "<the student's Scaler>"
    fitted = scaler.fit(x)
    assert torch.equal(scaler.mean, x.mean(0))
    assert torch.equal(fitted.transform(x), x - x.mean(0))


def test_an_attribute_can_be_set(submission: SubmissionProxy) -> None:
    scaler = submission.Scaler()
    scaler.mean = torch.tensor([1.0])
    assert torch.equal(scaler.transform(torch.tensor([3.0])), torch.tensor([2.0]))


def test_class_and_static_methods_are_reached_through_the_class(submission: SubmissionProxy) -> None:
    assert submission.Scaler.version() == 3
    assert submission.Scaler.build(2.0).eps == 2.0


def test_methods_are_differentiable(submission: SubmissionProxy) -> None:
    x = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    scaler = submission.Scaler().fit(x.detach())
    scaler.transform(x).sum().backward()
    assert torch.equal(x.grad, torch.ones(5, 2, dtype=torch.float64))


def test_len_items_in_and_iteration_reach_over(submission: SubmissionProxy) -> None:
    items = submission.make_items(4)
    assert len(items) == 4
    assert items[2] == 2
    assert items[-1] == 3
    assert items[1:3] == [1, 2]
    assert 3 in items
    assert 9 not in items
    assert list(items) == [0, 1, 2, 3]
    assert bool(submission.make_items(0))
    with pytest.raises(IndexError):
        items[9]


def test_an_object_passed_back_is_the_original(submission: SubmissionProxy) -> None:
    a, b = submission.make_items(2), submission.make_items(2)
    assert submission.is_same(a, a)
    assert not submission.is_same(a, b)
    assert submission.is_same([a], [a]) is False
    assert submission.is_same(a.__class__ and a, submission.identity(a))


def test_an_object_inside_a_value_is_the_original(submission: SubmissionProxy) -> None:
    a = submission.make_items(2)
    (got, rest), _ = submission.identities(a, {"k": [a]})
    assert submission.is_same(got, rest["k"][0])


def test_a_data_set_feeds_a_local_loader(submission: SubmissionProxy) -> None:
    x, y = torch.randn(7, 2), torch.arange(7)
    loader = DataLoader(submission.LoadedDataset(x, y), batch_size=3)
    batches = list(loader)
    assert [len(b[1]) for b in batches] == [3, 3, 1]
    assert torch.equal(torch.cat([b[0] for b in batches]), x)


def test_a_missing_method_is_an_attribute_error_of_the_students(submission: SubmissionProxy) -> None:
    scaler = submission.Scaler()
    assert not hasattr(scaler, "inverse")
    with pytest.raises(AttributeError, match="'Scaler' object has no attribute 'inverse'") as caught:
        scaler.inverse(1)
    assert isinstance(caught.value, StudentRaised)


def test_a_missing_name_is_not_attempted(submission: SubmissionProxy) -> None:
    with pytest.raises(NotAttempted, match="defines no `nothing`"):
        submission.nothing(1)
    with pytest.raises(NotAttempted, match="defines no `Nothing`"):
        submission.Nothing.build()
    with pytest.raises(NotAttempted, match="defines no `nothing`"):
        submission.apply(submission.nothing)
    with pytest.raises(NotAttempted, match="defines no `nothing_of_the_kind`"):
        submission.driver.missing()


def test_changes_in_place_by_methods_are_named(submission: SubmissionProxy) -> None:
    m = submission.Mutator()
    m.spoil(torch.zeros(2), torch.zeros(2))
    assert submission.changed_inputs() == ["argument 2 of Mutator.spoil"]


def test_changes_in_place_by_a_forward_are_named(submission: SubmissionProxy) -> None:
    submission.InPlace()(torch.zeros(2))
    submission.apply(submission.add_one_, torch.zeros(2))
    assert submission.changed_inputs() == ["argument 1 of InPlace.forward", "argument 2 of apply"]

"""BLEU with other n, empty sentences, many references and bad input."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_unchanged, check_number, check_type

pytestmark = pytest.mark.hidden


def sentences(rng, count, longest, vocab):
    """Sentences of 0 to ``longest`` token numbers."""
    lengths = torch.randint(0, longest + 1, (count,), generator=rng).tolist()
    return [torch.randint(0, vocab, (length,), generator=rng).tolist() for length in lengths]


def same(submission, reference, hypotheses, references, what, **options):
    got = check_type(submission.corpus_bleu(hypotheses, references, **options), float, what=what)
    want = reference.corpus_bleu(hypotheses, references, **options)
    # float64: the score is at most 100 and a handful of operations away from exact counts
    check_number(got, want, atol=1e-9, what=what)


@pytest.mark.points("0.5")
def test_corpus_bleu_n(submission, reference, rng):
    """corpus_bleu takes n-grams of other lengths"""
    hypotheses = sentences(rng, 30, 20, 3)
    references = [[one, two] for one, two in zip(sentences(rng, 30, 20, 3), sentences(rng, 30, 20, 3), strict=True)]
    for n in (1, 2, 3, 6):
        same(submission, reference, hypotheses, references, f"corpus_bleu with n={n}", n=n)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_corpus_bleu_ragged(submission, reference, rng):
    """corpus_bleu takes empty sentences and different numbers of references"""
    for vocab in (2, 6):
        hypotheses = sentences(rng, 25, 9, vocab)
        references = [sentences(rng, 1 + i % 4, 12, vocab) for i in range(25)]
        hypotheses[3], references[5] = [], [[]]
        same(submission, reference, hypotheses, references, f"corpus_bleu of ragged sentences of {vocab} tokens")
    # lengths 3 and 7 are both two away from 5, the shorter counts; numbers and words differ
    hypotheses = [[1, 2, 3, 4, 5], ["1", "2", "3", "4"]]
    references = [[[1, 2, 3, 4, 5, 6, 7], [1, 2, 3]], [[1, 2, 3, 4]]]
    same(submission, reference, hypotheses, references, "corpus_bleu with a tie of references, and with 1 beside '1'")
    hypotheses = [["The", "cat", "sat", "on", "the", "mat", "."]]
    references = [[["the", "cat", "sat", "on", "the", "mat", "."]]]
    same(submission, reference, hypotheses, references, "corpus_bleu of words that differ in case")


@pytest.mark.points("0.5")
def test_corpus_bleu_refused(submission):
    """corpus_bleu is 0 for nothing, and refuses references that do not fit"""
    for hypotheses, references in (([], []), ([[]], [[["a"]]]), ([["a"]], [[[]]])):
        what = f"corpus_bleu({hypotheses}, {references})"
        check_number(
            check_type(submission.corpus_bleu(hypotheses, references), float, what=what), 0.0, atol=0, what=what
        )
    bad = (([["a"]], []), ([["a"]], [[["a"]], [["b"]]]), ([["a"], ["b"]], [[["a"]], []]))
    for hypotheses, references in bad:
        try:
            submission.corpus_bleu(hypotheses, references)
        except ValueError:
            continue
        raise CheckFailed(f"corpus_bleu({hypotheses}, {references}) must raise ValueError")

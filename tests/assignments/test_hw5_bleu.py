"""HW5's reference for BLEU is sacrebleu's BLEU, on corpora that hypothesis makes up."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

SOLUTIONS = Path(__file__).parents[2] / "solutions" / "hw5_transformer"
corpus_bleu = runpy.run_path(str(SOLUTIONS / "metrics.py"))["corpus_bleu"]

# Few words, so that k-grams match, repeat and clip; words, since sacrebleu splits at white space.
SENTENCE = st.lists(st.sampled_from(["a", "b", "c", "the", "7"]), max_size=12)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[list[str]], list[list[list[str]]]]:
    """Hypotheses, some of them an edited reference, and one to three references for each of them."""
    hypotheses, references = [], []
    many = draw(st.integers(1, 3))  # sacrebleu wants equally many for each sentence
    for _ in range(draw(st.integers(1, 6))):
        refs = draw(st.lists(SENTENCE, min_size=many, max_size=many))
        kept = draw(st.lists(st.booleans(), min_size=len(refs[0]), max_size=len(refs[0])))
        edited = [word for word, keep in zip(refs[0], kept, strict=True) if keep]
        hypotheses.append(draw(st.one_of(SENTENCE, st.just(refs[0]), st.just(edited))))
        references.append(refs)
    return hypotheses, references


@given(corpora(), st.integers(1, 5))
@settings(max_examples=400, deadline=None)
def test_reference_equals_sacrebleu(corpus: tuple[list[list[str]], list[list[list[str]]]], n: int) -> None:
    hypotheses, references = corpus
    streams = [[" ".join(refs[i]) for refs in references] for i in range(len(references[0]))]
    metric = sacrebleu.BLEU(tokenize="none", force=True, max_ngram_order=n)
    want = metric.corpus_score([" ".join(h) for h in hypotheses], streams).score
    assert corpus_bleu(hypotheses, references, n) == pytest.approx(want, abs=1e-9, rel=0)


def test_the_default_is_sacrebleus_default() -> None:
    hypothesis, reference = "a b c d e f g", "a b c d x f g"
    want = sacrebleu.corpus_bleu([hypothesis], [[reference]], tokenize="none").score
    assert corpus_bleu([hypothesis.split()], [[reference.split()]]) == pytest.approx(want, abs=1e-9, rel=0)


def test_numbers_are_tokens_like_words() -> None:
    numbers, words = [[1, 2, 3, 4, 5]], [["1", "2", "3", "4", "5"]]
    other = [1, 2, 3, 4, 9]
    assert corpus_bleu(numbers, [[other]]) == corpus_bleu(words, [[[str(t) for t in other]]])

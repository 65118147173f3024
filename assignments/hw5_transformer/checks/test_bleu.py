"""BLEU: worked values of sacrebleu, and random corpora with each rule by itself."""

import math
from collections import Counter

import pytest
import torch

from grader.checkers import assert_unchanged, check_number, check_type


def grams(tokens, k):
    return Counter(tuple(tokens[i : i + k]) for i in range(len(tokens) - k + 1))


def bleu(
    hypotheses,
    references,
    n=4,
    *,
    clip=True,
    brevity=True,
    longest=False,
    shortest=False,
    tie=min,
    smooth="exp",
    sets=False,
):
    """BLEU in plain words, with switches for the usual mistakes."""
    correct, total, c, r = [0] * n, [0] * n, 0, 0
    for hypothesis, refs in zip(hypotheses, references, strict=True):
        lengths = [len(ref) for ref in refs]
        nearest = min(abs(length - len(hypothesis)) for length in lengths)
        closest = tie(length for length in lengths if abs(length - len(hypothesis)) == nearest)
        c, r = c + len(hypothesis), r + (max(lengths) if longest else min(lengths) if shortest else closest)
        for k in range(1, n + 1):
            counts = [grams(ref, k) for ref in refs]
            for gram, times in grams(hypothesis, k).items():
                times = 1 if sets else times
                most = max(count[gram] for count in counts)
                correct[k - 1] += min(times, most) if clip else times * (most > 0)
                total[k - 1] += times
    if not any(correct) or not all(total):
        return 0.0
    product, halvings = 1.0, 0
    for right, count in zip(correct, total, strict=True):
        if right == 0 and smooth == "exp":
            halvings += 1
            product *= 1 / (2**halvings * count)
        else:
            product *= right / count
    return 100 * (math.exp(min(0.0, 1 - r / c)) if brevity else 1.0) * product ** (1 / n)


def sentence_mean(hypotheses, references, n=4):
    return sum(bleu([h], [r], n) for h, r in zip(hypotheses, references, strict=True)) / len(hypotheses)


def arithmetic(hypotheses, references, n=4):
    """The mean of the precisions, where their geometric mean is wanted."""
    parts = []
    for k in range(1, n + 1):
        right = total = 0
        for hypothesis, refs in zip(hypotheses, references, strict=True):
            counts = grams(hypothesis, k)
            total += sum(counts.values())
            right += sum(min(times, max(grams(ref, k)[gram] for ref in refs)) for gram, times in counts.items())
        parts.append(right / total)
    c = sum(map(len, hypotheses))
    r = sum(
        min((abs(len(ref) - len(h)), len(ref)) for ref in refs)[1]
        for h, refs in zip(hypotheses, references, strict=True)
    )
    return 100 * min(1.0, math.exp(1 - r / c)) * sum(parts) / n


def compare(submission, hypotheses, references, what, **wrong):
    """corpus_bleu beside sacrebleu's value, as the helper above computes it."""
    want = bleu(hypotheses, references)
    got = check_type(submission.corpus_bleu(hypotheses, references), float, what=what)
    mistakes = {
        "BLEU goes from 0 to 100, not from 0 to 1.": want / 100,
        "Clipping is missing: a k-gram counts as often as the reference has it.": bleu(
            hypotheses, references, clip=False
        ),
        "The brevity penalty is missing.": bleu(hypotheses, references, brevity=False),
        "Each k-gram counts once only; it counts as often as it occurs, up to the reference's count.": bleu(
            hypotheses, references, sets=True
        ),
        "The longest reference counts for the length; it is the closest one.": bleu(
            hypotheses, references, longest=True
        ),
        "The shortest reference counts for the length; it is the closest one.": bleu(
            hypotheses, references, shortest=True
        ),
        "At a tie of closest references the shorter one counts.": bleu(hypotheses, references, tie=max),
        "Only the first reference is used.": bleu(hypotheses, [refs[:1] for refs in references]),
        "Smoothing is missing: see what happens where no k-gram matches.": bleu(hypotheses, references, smooth="none"),
        "This is the mean of the sentences' BLEU; all counts go over the corpus.": sentence_mean(
            hypotheses, references
        ),
        "This is the arithmetic mean of the precisions; it is the geometric one.": arithmetic(hypotheses, references),
    }
    mistakes = {sentence: value for sentence, value in mistakes.items() if value > 0 and abs(value - want) > 1e-6}
    # float64: the score is at most 100 and a handful of operations away from exact counts
    check_number(got, want, atol=1e-9, what=what, mistakes=mistakes | wrong)


def corpus(rng, size=9, vocab=12, error=0.25, references=1):
    """Sentences of 5 to 12 words and hypotheses with some words replaced."""

    def number(low, high):
        return int(torch.randint(low, high, (), generator=rng))

    hypotheses, all_references = [], []
    for _ in range(size):
        words = [f"w{number(0, vocab)}" for _ in range(number(5, 13))]

        def garble(words):
            return [w if torch.rand((), generator=rng) > error else f"w{number(0, vocab)}" for w in words]

        hypotheses.append(garble(words))
        all_references.append([words, *(garble(words) for _ in range(references - 1))])
    return hypotheses, all_references


@pytest.mark.points(1)
@pytest.mark.hint("Sum the counts of all sentences first; then four precisions, then their geometric mean.")
def test_corpus_bleu_value(submission, rng):
    """corpus_bleu is sacrebleu's value"""
    cat = ["the", "cat", "is", "on", "the", "mat"]
    worked = (  # what sacrebleu 2.6 says
        (
            [["the", "the", "cat", "is", "on", "a", "mat"], ["there", "is", "a", "cat"]],
            [[cat], [["there", "is", "a", "cat", "here"]]],
            61.00767854617882,
        ),
        ([[5, 5, 6, 7]], [[[5, 6, 7, 8], [5, 6]]], 59.460355750136046),
        ([cat], [[cat]], 100.0),
        ([["no"]], [[["yes"]]], 0.0),
    )
    for hypotheses, references, want in worked:
        what = f"corpus_bleu({hypotheses}, {references})"
        got = check_type(submission.corpus_bleu(hypotheses, references), float, what=what)
        mistakes = {"BLEU goes from 0 to 100, not from 0 to 1.": want / 100}
        # float64: the score is at most 100 and a handful of operations away from exact counts
        check_number(got, want, atol=1e-9, what=what, mistakes=mistakes)
    hypotheses, references = corpus(rng)
    compare(submission, hypotheses, references, "corpus_bleu of nine random sentences")
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Counter(a) & Counter(b) keeps the smaller count, Counter(a) | Counter(b) the larger one.")
def test_corpus_bleu_clipping(submission, rng):
    """corpus_bleu counts a k-gram at most as often as the reference that has most of it"""
    number = int(torch.randint(3, 6, (), generator=rng))
    hypotheses = [["a"] * (number + 3) + ["b", "c", "a", "b", "c"]]
    references = [[["a"] * number + ["b", "c"], ["a", "b", "c", "a", "b", "c", "d"], ["b"] * 4 + ["c"] * 7]]
    compare(submission, hypotheses, references, "corpus_bleu of a sentence that repeats itself")
    hypotheses, references = corpus(rng, vocab=3, error=0.4, references=3)
    compare(submission, hypotheses, references, "corpus_bleu of sentences of three words, with three references")
    hypotheses, references = corpus(rng, size=3, vocab=6, references=3)  # as many references as sentences
    turned = bleu(hypotheses, [list(refs) for refs in zip(*references, strict=True)])
    wrong = {"references[i] holds all references of hypotheses[i]; sacrebleu nests them the other way.": turned}
    compare(submission, hypotheses, references, "corpus_bleu of three sentences with three references each", **wrong)


@pytest.mark.points(1)
@pytest.mark.hint("r sums the closest reference's length; c and r belong to the whole corpus.", "exp(1 − r/c) if c < r")
def test_corpus_bleu_brevity(submission, rng):
    """corpus_bleu punishes a corpus that is too short, and no other"""
    hypotheses, references = corpus(rng, error=0.1)
    cut = [h[:-1] if len(h) > 5 else h for h in hypotheses]
    per_sentence = sum(min(1, math.exp(1 - len(r[0]) / len(h))) for h, r in zip(cut, references, strict=True)) / 9
    wrong = {"The brevity penalty belongs to the corpus, not to each sentence.": bleu(cut, references, brevity=False)}
    wrong = {sentence: value * per_sentence for sentence, value in wrong.items()}
    c, r = sum(map(len, cut)), sum(len(refs[0]) for refs in references)
    wrong["The brevity penalty is exp(1 − r/c), not c/r."] = bleu(cut, references, brevity=False) * c / r
    compare(submission, cut, references, "corpus_bleu of shortened sentences", **wrong)
    longer = [[*h, "w0"] for h in hypotheses]
    long_c = sum(map(len, longer))
    reward = bleu(longer, references) * math.exp(1 - r / long_c)
    what = "corpus_bleu of sentences that are too long"
    compare(submission, longer, references, what, **{"The penalty is at most 1: longer is no merit.": reward})
    # the closest of several references, a tie among them
    references = [[refs[0] + ["x"] * 2, refs[0][:-2], refs[0] * 3] for refs in references]
    compare(submission, hypotheses, references, "corpus_bleu with references of different lengths")


@pytest.mark.points(1)
@pytest.mark.hint("Without any match of k words: p_k = 1/(2^z · total_k), z = 1, then 2, …")
def test_corpus_bleu_smoothing(submission, rng):
    """corpus_bleu smooths precisions of 0, and is 0 where nothing matches or all is too short"""
    order = [f"w{i}" for i in torch.randperm(9, generator=rng).tolist()]
    pairs = [order[0], order[1], "x", order[2], order[3], "y", order[4]]  # two pairs match, nothing longer
    flat = bleu([pairs], [[order]]) * 2 ** (1 / 4)
    wrong = {"The second k without a match gets 1/(2²·total), the third 1/(2³·total).": flat}
    compare(submission, [pairs], [[order]], "corpus_bleu where no three words match", **wrong)
    single = [order[4], "x", order[2], "y", order[0], "z"]
    compare(submission, [single], [[order]], "corpus_bleu where no two words match")
    for hypotheses, what in (([["p", "q", "r", "s", "t"]], "nothing matches"), ([order[:3]], "all is shorter than n")):
        got = check_type(submission.corpus_bleu(hypotheses, [[order]]), float, what=f"corpus_bleu where {what}")
        check_number(got, 0.0, atol=0, what=f"corpus_bleu where {what}")

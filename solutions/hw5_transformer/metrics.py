"""How good is a translation? The handout (README.md) has the formula, worked examples and every convention."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

Tokens = Sequence[Hashable]  # one sentence: words as str, or token numbers as int


def corpus_bleu(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]], n: int = 4) -> float:
    """BLEU of a whole corpus, from 0 to 100, as sacrebleu computes it (with its default smoothing, "exp").

    Over the corpus, for k = 1 … n: total_k is the number of k-grams in the hypotheses, correct_k how many of them
    match, where a k-gram of a hypothesis counts at most as often as it occurs in the one of its references that has
    most of it. p_k = correct_k / total_k; where correct_k = 0 < total_k it is 1 / (2^z · total_k), z = 1 for the first
    such k, 2 for the next, and so on.

    BLEU = 100 · BP · (p_1 · … · p_n)^(1/n),  BP = exp(1 − r/c) if c < r else 1

    with c the number of tokens in all hypotheses, and r the sum of the lengths of the closest references (at a tie the
    shorter). BLEU is 0 if no k-gram matches at all (k ≤ n), or if a total_k is 0.

    Args:
        hypotheses: H sentences, each a sequence of tokens (str or int).
        references: references[i] holds the references of hypotheses[i], one or more, each a sequence of tokens.
        n: the longest n-grams, ≥ 1.
    Returns:
        a Python float from 0 to 100.
    Raises:
        ValueError: if there are not as many entries in references as hypotheses, or one holds no reference.

    >>> corpus_bleu([["the", "cat", "sat"]], [[["the", "cat", "sat", "down"]]], n=2)
    71.65313105737893
    """
    ### BEGIN SOLUTION
    if len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} hypotheses, but references for {len(references)}")
    if not all(references):
        raise ValueError("every hypothesis needs a reference")

    def ngrams(tokens: Tokens, k: int) -> Counter:  # how often each k-gram occurs
        return Counter(tuple(tokens[i : i + k]) for i in range(len(tokens) - k + 1))

    correct, total = [0] * n, [0] * n
    c = r = 0
    for hypothesis, refs in zip(hypotheses, references, strict=True):
        c += len(hypothesis)
        r += min((abs(len(ref) - len(hypothesis)), len(ref)) for ref in refs)[1]
        for k in range(1, n + 1):
            most: Counter = Counter()  # k-gram -> how often it may count
            for ref in refs:
                most |= ngrams(ref, k)
            grams = ngrams(hypothesis, k)
            correct[k - 1] += (grams & most).total()
            total[k - 1] += grams.total()
    if not any(correct) or not all(total):
        return 0.0
    log_p, missed = 0.0, 0
    for matches, count in zip(correct, total, strict=True):
        if matches == 0:
            missed += 1
            log_p -= math.log(2**missed * count)
        else:
            log_p += math.log(matches / count)
    brevity = min(0.0, 1 - r / c)
    return 100 * math.exp(brevity + log_p / n)
    ### END SOLUTION

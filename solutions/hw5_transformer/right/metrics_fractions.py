"""Counts by hand in dicts, and exact fractions to the end.

module: metrics
"""

import math
from fractions import Fraction


def _count(tokens, k):
    counts = {}
    for i in range(k, len(tokens) + 1):
        gram = tuple(tokens[i - k : i])
        counts[gram] = counts.get(gram, 0) + 1
    return counts


def corpus_bleu(hypotheses, references, n=4):
    if len(hypotheses) != len(references) or any(len(several) == 0 for several in references):
        raise ValueError("one or more references for each hypothesis")
    product, zeros, matched = Fraction(1), 0, False
    for k in range(1, n + 1):
        right = all_ = 0
        for hypothesis, several in zip(hypotheses, references, strict=True):
            tables = [_count(reference, k) for reference in several]
            for gram, number in _count(hypothesis, k).items():
                all_ += number
                right += min(number, max(table.get(gram, 0) for table in tables))
        if all_ == 0:
            return 0.0
        if right == 0:
            zeros += 1
            product *= Fraction(1, 2**zeros * all_)
        else:
            matched = True
            product *= Fraction(right, all_)
    if not matched:
        return 0.0
    c = sum(map(len, hypotheses))
    r = 0
    for hypothesis, several in zip(hypotheses, references, strict=True):
        r += sorted(map(len, several), key=lambda size: (abs(size - len(hypothesis)), size))[0]
    penalty = 1.0 if c >= r else math.exp(1 - r / c)
    return 100 * penalty * float(product) ** (1 / n)

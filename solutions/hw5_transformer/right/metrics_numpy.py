"""Statistics of each sentence in a table, added up by NumPy.

module: metrics
"""

import math
from collections import Counter

import numpy as np


def _statistics(hypothesis, several, n):
    row = []
    for k in range(1, n + 1):
        own, *others = (
            Counter(zip(*(tokens[i:] for i in range(k)), strict=False)) for tokens in (hypothesis, *several)
        )
        matches = sum(min(own[gram], max(other[gram] for other in others)) for gram in own)
        row += [matches, max(len(hypothesis) - k + 1, 0)]
    sizes = sorted(len(reference) for reference in several)
    closest = min(sizes, key=lambda size: abs(size - len(hypothesis)))
    return [*row, len(hypothesis), closest]


def corpus_bleu(hypotheses, references, n=4):
    if len(references) != len(hypotheses):
        raise ValueError("lengths")
    if min((len(several) for several in references), default=1) < 1:
        raise ValueError("no reference")
    if len(hypotheses) == 0:
        return 0.0
    pairs = zip(hypotheses, references, strict=True)
    sums = np.array([_statistics(hypothesis, several, n) for hypothesis, several in pairs]).sum(axis=0)
    right, total, (c, r) = sums[: 2 * n : 2], sums[1 : 2 * n : 2], sums[2 * n :]
    if right.sum() == 0 or total.min() == 0:
        return 0.0
    z = np.cumsum(right == 0)
    p = np.where(right > 0, right, 0.5**z) / total
    return float(100 * math.exp(min(0.0, 1 - r / c)) * np.exp(np.log(p).mean()))

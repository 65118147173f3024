"""Does not clip.

module: metrics
rejected by: test_corpus_bleu_value, test_corpus_bleu_clipping, test_corpus_bleu_brevity
"""

import math
from collections import Counter


def _grams(tokens, k):
    return Counter(tuple(tokens[i : i + k]) for i in range(len(tokens) - k + 1))


def corpus_bleu(hypotheses, references, n=4):
    if len(references) != len(hypotheses) or not all(references):
        raise ValueError("references")
    correct, total, c, r = [0] * n, [0] * n, 0, 0
    for hypothesis, several in zip(hypotheses, references, strict=True):
        c += len(hypothesis)
        r += min((abs(len(one) - len(hypothesis)), len(one)) for one in several)[1]
        for k in range(1, n + 1):
            most = Counter()
            for one in several:
                most |= _grams(one, k)
            grams = _grams(hypothesis, k)
            total[k - 1] += grams.total()
            correct[k - 1] += sum(count for gram, count in grams.items() if gram in most)
    if not any(correct) or not all(total):
        return 0.0
    logs, z = 0.0, 0
    for right, all_ in zip(correct, total, strict=True):
        z += right == 0
        logs += math.log(right / all_ if right else 1 / (2**z * all_))
    return 100 * min(1.0, math.exp(1 - r / c)) * math.exp(logs / n)

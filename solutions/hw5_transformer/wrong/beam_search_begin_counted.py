"""Counts bos in the length.

module: decoding
rejected by: test_beam_search_is_greedy, test_beam_search_never_below_greedy, test_beam_search_length_penalty
"""

import math

import torch


def beam_search(step_fn, bos, eos, beam, max_len, alpha=0.0):
    if beam < 1 or max_len < 1:
        raise ValueError("beam or max_len")
    live, finished = [([bos], 0.0)], []
    for _ in range(max_len):
        log = step_fn(torch.tensor([tokens for tokens, _ in live])).log_softmax(dim=-1).tolist()
        longer = [([*t, v], p + q) for (t, p), row in zip(live, log, strict=True) for v, q in enumerate(row)]
        longer = sorted((e for e in longer if e[1] > -math.inf), key=lambda e: -e[1])[: beam - len(finished)]
        finished += [e for e in longer if e[0][-1] == eos]
        live = [e for e in longer if e[0][-1] != eos]
        if not live:
            break
    scores = [p / len(t) ** alpha for t, p in finished + live]
    best = scores.index(max(scores))
    tokens = (finished + live)[best][0][1:]
    return tokens[:-1] if tokens[-1] == eos else tokens, scores[best]

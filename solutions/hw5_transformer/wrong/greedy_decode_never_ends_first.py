"""Forbids eos as the first token.

module: decoding
rejected by: test_greedy_decode_calls, test_greedy_decode_edges
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while len(tokens) < max_len:
        token = int(step_fn(torch.tensor([[bos, *tokens]]))[0].argsort(descending=True, stable=True)[0])
        if token == eos and not tokens:
            token = int(step_fn(torch.tensor([[bos]]))[0].argsort(descending=True, stable=True)[1])
        if token == eos:
            break
        tokens.append(token)
    return tokens

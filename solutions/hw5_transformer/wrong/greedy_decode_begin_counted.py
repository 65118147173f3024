"""Counts bos in max_len.

module: decoding
rejected by: test_greedy_decode_max_len, test_greedy_decode_calls, test_greedy_decode_edges
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while len(tokens) + 1 < max_len:
        token = int(step_fn(torch.tensor([[bos, *tokens]]))[0].argmax())
        if token == eos:
            break
        tokens.append(token)
    return tokens

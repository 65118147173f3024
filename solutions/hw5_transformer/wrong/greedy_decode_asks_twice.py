"""Asks the model twice for each token.

module: decoding
rejected by: test_greedy_decode_calls
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while len(tokens) < max_len:
        step_fn(torch.tensor([[bos, *tokens]]))
        token = int(step_fn(torch.tensor([[bos, *tokens]]))[0].argmax())
        if token == eos:
            break
        tokens.append(token)
    return tokens

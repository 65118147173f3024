"""Asks the model before it looks at max_len.

module: decoding
rejected by: test_greedy_decode_calls
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while True:
        token = int(step_fn(torch.tensor([[bos, *tokens]]))[0].argmax())
        if len(tokens) == max_len:
            break
        if token == eos:
            break
        tokens.append(token)
    return tokens

"""Takes the largest token at a tie.

module: decoding
rejected by: test_greedy_decode_edges
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while len(tokens) < max_len:
        token = max(enumerate(step_fn(torch.tensor([[bos, *tokens]]))[0].tolist()), key=lambda pair: pair[::-1])[0]
        if token == eos:
            break
        tokens.append(token)
    return tokens

"""Goes on after eos and removes it in the end.

module: decoding
rejected by: test_greedy_decode_value, test_greedy_decode_calls, test_greedy_decode_edges
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while len(tokens) < max_len:
        token = int(step_fn(torch.tensor([[bos, *tokens]]))[0].argmax())
        tokens.append(token)
    return [token for token in tokens if token != eos]

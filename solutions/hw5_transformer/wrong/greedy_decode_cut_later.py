"""Goes on to max_len and cuts at eos in the end.

module: decoding
rejected by: test_greedy_decode_calls
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while len(tokens) < max_len:
        token = int(step_fn(torch.tensor([[bos, *tokens]]))[0].argmax())
        tokens.append(token)
    return tokens[: tokens.index(eos)] if eos in tokens else tokens

"""Shows the model the last token only.

module: decoding
rejected by: test_greedy_decode_value, test_greedy_decode_max_len, test_greedy_decode_calls
"""

import torch


def greedy_decode(step_fn, bos, eos, max_len):
    tokens = []
    while len(tokens) < max_len:
        token = int(step_fn(torch.tensor([[bos, *tokens][-1:]]))[0].argmax())
        if token == eos:
            break
        tokens.append(token)
    return tokens

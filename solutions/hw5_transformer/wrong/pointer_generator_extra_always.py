"""Has room for one extra word at least.

module: decoding
rejected by: test_pointer_generator_value, test_pointer_generator_sums
"""

import torch


def pointer_generator(p_vocab, attention, source_ids, p_gen, num_extra=0):
    p_gen = p_gen.unsqueeze(-1)
    p = torch.nn.functional.pad(p_gen * p_vocab, (0, max(num_extra, 1)))
    return p.scatter_add(-1, source_ids.unsqueeze(1).expand(attention.shape), (1 - p_gen) * attention)

"""Adds both without p_gen.

module: decoding
rejected by: test_pointer_generator_value, test_pointer_generator_extra_words, test_pointer_generator_gradient
"""

import torch


def pointer_generator(p_vocab, attention, source_ids, p_gen, num_extra=0):
    p_gen = p_gen.unsqueeze(-1)
    p = torch.nn.functional.pad(p_vocab, (0, num_extra))
    return p.scatter_add(-1, source_ids.unsqueeze(1).expand(attention.shape), attention)

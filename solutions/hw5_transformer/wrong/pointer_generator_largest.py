"""Takes the largest attention of a word that occurs several times.

module: decoding
rejected by: test_pointer_generator_value, test_pointer_generator_extra_words, test_pointer_generator_gradient
"""

import torch


def pointer_generator(p_vocab, attention, source_ids, p_gen, num_extra=0):
    p_gen = p_gen.unsqueeze(-1)
    p = torch.nn.functional.pad(p_gen * p_vocab, (0, num_extra))
    return p + torch.zeros_like(p).scatter_reduce(
        -1, source_ids.unsqueeze(1).expand(attention.shape), (1 - p_gen) * attention, "amax"
    )

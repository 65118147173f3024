"""Tensors of hypotheses, a stable sort in place of topk, Gumbel noise, one-hot products.

module: decoding
"""

import torch
import torch.nn.functional as F


def greedy_decode(step_fn, bos, eos, max_len):
    prefix = torch.full((1, 1), bos, dtype=torch.int64)
    for _ in range(max_len):
        token = step_fn(prefix)[0].max(dim=0).indices
        if token == eos:
            break
        prefix = torch.cat([prefix, token.reshape(1, 1)], dim=1)
    return prefix[0, 1:].tolist()


def beam_search(step_fn, bos, eos, beam, max_len, alpha=0.0):
    if beam <= 0 or max_len <= 0:
        raise ValueError("beam and max_len are at least 1")
    prefixes, totals = torch.tensor([[bos]]), torch.zeros(1, dtype=torch.float64)
    done = []
    for n in range(1, max_len + 1):
        log = F.log_softmax(step_fn(prefixes).double(), dim=-1)
        flat = (totals.unsqueeze(1) + log).flatten()
        order = flat.argsort(descending=True, stable=True)[: beam - len(done)]
        order = order[flat[order] > -torch.inf]
        parents, tokens = order // log.shape[1], order % log.shape[1]
        ended = tokens == eos
        for parent, total in zip(parents[ended].tolist(), flat[order][ended].tolist(), strict=True):
            done.append((total / n**alpha, prefixes[parent, 1:].tolist()))
        prefixes = torch.cat([prefixes[parents], tokens.unsqueeze(1)], dim=1)[~ended]
        totals = flat[order][~ended]
        if not len(prefixes):
            break
    else:
        done += [
            (total / max_len**alpha, row[1:]) for row, total in zip(prefixes.tolist(), totals.tolist(), strict=True)
        ]
    score, tokens = max(done, key=lambda pair: pair[0])
    return tokens, score


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError(temperature)
    if not temperature:
        return logits.argmax(-1)
    u = torch.rand(logits.shape, dtype=torch.float64, generator=generator).clamp(min=1e-300)
    return (logits.double() / temperature - (-u.log()).log()).argmax(-1)


def cut_at_end(tokens, eos):
    kept = ((tokens == eos).cumsum(dim=1) == 0).sum(dim=1)
    return [row[:n].tolist() for row, n in zip(tokens, kept, strict=True)]


def pointer_generator(p_vocab, attention, source_ids, p_gen, num_extra=0):
    words = p_vocab.shape[-1] + num_extra
    where = F.one_hot(source_ids, words).to(attention.dtype)
    copied = torch.einsum("nts,nsw->ntw", attention, where)
    room = p_vocab.new_zeros(*p_vocab.shape[:2], num_extra)
    return torch.lerp(copied, torch.cat([p_vocab, room], dim=-1), p_gen[..., None])

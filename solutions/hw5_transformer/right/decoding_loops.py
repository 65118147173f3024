"""Lists and numbers of Python, one hypothesis and one row at a time.

module: decoding
"""

import heapq
import math

import torch


def _logs(step_fn, prefix):
    row = step_fn(torch.tensor([prefix]))[0].tolist()
    top = max(row)
    total = top + math.log(math.fsum(math.exp(z - top) for z in row))
    return [z - total for z in row]


def greedy_decode(step_fn, bos, eos, max_len):
    prefix = [bos]
    while len(prefix) <= max_len:
        row = step_fn(torch.tensor([prefix], dtype=torch.int64)).tolist()[0]
        token = row.index(max(row))
        if token == eos:
            return prefix[1:]
        prefix.append(token)
    return prefix[1:]


def beam_search(step_fn, bos, eos, beam, max_len, alpha=0.0):
    if beam < 1:
        raise ValueError("beam")
    if max_len < 1:
        raise ValueError("max_len")
    live, finished = [(0.0, (bos,))], []
    for step in range(max_len):
        candidates = []
        for rank, (total, prefix) in enumerate(live):
            for token, log in enumerate(_logs(step_fn, list(prefix))):
                if log > -math.inf:
                    candidates.append((-(total + log), rank, token, prefix))
        kept = heapq.nsmallest(beam - len(finished), candidates)
        live = []
        for negative, _, token, prefix in kept:
            if token == eos:
                finished.append((-negative, prefix[1:], step + 1))
            else:
                live.append((-negative, (*prefix, token)))
        if not live:
            break
    finished += [(total, prefix[1:], len(prefix) - 1) for total, prefix in live]
    best, answer = -math.inf, []
    for total, tokens, n in finished:
        if total / n**alpha > best:
            best, answer = total / n**alpha, list(tokens)
    return answer, best


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    tokens = []
    for row in logits.tolist():
        top = max(row)
        if temperature == 0:
            tokens.append(row.index(top))
            continue
        shares = [math.exp((z - top) / temperature) for z in row]
        u = torch.rand((), generator=generator, dtype=torch.float64).item() * sum(shares)
        token = 0
        while token < len(row) - 1 and (u >= shares[token] or shares[token] == 0):
            u -= shares[token]
            token += 1
        tokens.append(token)
    return torch.tensor(tokens, dtype=torch.int64)


def cut_at_end(tokens, eos):
    result = []
    for row in tokens:
        words = []
        for token in row:
            if int(token) == eos:
                break
            words.append(int(token))
        result.append(words)
    return result


def pointer_generator(p_vocab, attention, source_ids, p_gen, num_extra=0):
    N, T, V = p_vocab.shape
    rows = []
    for n in range(N):
        for t in range(T):
            words = [p_gen[n, t] * p_vocab[n, t, w] if w < V else 0 * p_gen[n, t] for w in range(V + num_extra)]
            for s, w in enumerate(source_ids[n].tolist()):
                words[w] = words[w] + (1 - p_gen[n, t]) * attention[n, t, s]
            rows.append(torch.stack(words))
    return torch.stack(rows).reshape(N, T, V + num_extra)

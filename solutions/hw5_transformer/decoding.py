"""From probabilities to tokens: greedy and beam search, sampling, the copy mechanism, cutting at the end.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

StepFn = Callable[[Tensor], Tensor]  # prefixes, int64 (B, t), each beginning with bos -> next token's logits (B, V)


def greedy_decode(step_fn: StepFn, bos: int, eos: int, max_len: int) -> list[int]:
    """Take the most likely token again and again, until it is eos or max_len tokens are generated.

    Args:
        step_fn: prefixes, int64 (B, t), each beginning with bos -> the next token's logits (B, V); here B = 1.
        bos, eos: the tokens that begin and end a sequence.
        max_len: the largest number of tokens to generate, eos included; step_fn is called once for each of them.
    Returns:
        the generated tokens, without bos and eos. At a tie the smallest token is taken.

    >>> logits = torch.tensor([[0., 1., 5., 2.], [0., 0., 0., 0.], [0., 3., 1., 4.], [0., 9., 8., 7.]])
    >>> greedy_decode(lambda prefixes: logits[prefixes[:, -1]], bos=0, eos=1, max_len=10)
    [2, 3]
    """
    ### BEGIN SOLUTION
    prefix = [bos]
    for _ in range(max_len):
        logits = step_fn(torch.tensor([prefix]))  # (1, V)
        token = int(logits[0].argmax())
        if token == eos:
            break
        prefix.append(token)
    return prefix[1:]
    ### END SOLUTION


def beam_search(
    step_fn: StepFn, bos: int, eos: int, beam: int, max_len: int, alpha: float = 0.0
) -> tuple[list[int], float]:
    """Follow the ``beam`` most likely hypotheses; the best finished one wins.

    Begin with one live hypothesis, bos, with log P = 0, and no finished one. In every step
      1. extend each live hypothesis by each token of the vocabulary, log P plus the log-softmax of its logit;
      2. keep the (beam − number of finished hypotheses) extensions with the highest log P, the best first; one with
         log P = −inf is never kept;
      3. those that end in eos are finished, for good, and keep their slot; the others are live.
    It ends when nothing is live or after max_len steps; then what is live is finished too, without eos.
    The result is the finished hypothesis with the highest score = log P / (number of generated tokens)^alpha, eos
    counted. At a tie in 2, the extension of the better hypothesis is better, then the smaller token; at a tie of
    scores the hypothesis that was finished first wins.

    Args:
        step_fn: prefixes, int64 (B, t), each beginning with bos -> the next token's logits (B, V), for any B ≥ 1.
        bos, eos: the tokens that begin and end a sequence.
        beam: number of hypotheses to keep, ≥ 1.
        max_len: the largest number of tokens to generate, ≥ 1, eos included.
        alpha: the length penalty's exponent; 0 is none, and a larger one favours longer hypotheses.
    Returns:
        (tokens, score): the tokens without bos and eos, and the score as a Python float.
    Raises:
        ValueError: if beam < 1 or max_len < 1.

    >>> p = torch.tensor([[0., 0., .6, .4], [0., 1., 0., 0.], [0., .4, .3, .3], [0., .9, .05, .05]])
    >>> tokens, score = beam_search(lambda prefixes: p[prefixes[:, -1]].log(), bos=0, eos=1, beam=2, max_len=5)
    >>> tokens, round(score, 4)
    ([3], -1.0217)
    """
    ### BEGIN SOLUTION
    if beam < 1 or max_len < 1:
        raise ValueError(f"beam and max_len must be at least 1, not {beam} and {max_len}")
    live, log_p = torch.tensor([[bos]]), torch.zeros(1)  # (B, t), (B,)
    finished: list[tuple[list[int], float]] = []  # tokens without bos and eos, score

    def finish(tokens: Tensor, log_p: Tensor, length: int) -> None:
        finished.append((tokens.tolist(), log_p.item() / length**alpha))

    for length in range(1, max_len + 1):
        extended = log_p[:, None] + step_fn(live).log_softmax(dim=-1)  # (B, V)
        # A stable sort, since topk may return the tokens of a tie in any order.
        values, order = extended.flatten().sort(descending=True, stable=True)
        kept = order[: beam - len(finished)][values[: beam - len(finished)] > -torch.inf]
        parent, token = kept // extended.shape[1], kept % extended.shape[1]
        live, log_p = torch.cat([live[parent], token[:, None]], dim=1), values[: len(kept)]
        ended = token == eos
        for hypothesis, value in zip(live[ended], log_p[ended], strict=True):
            finish(hypothesis[1:-1], value, length)
        live, log_p = live[~ended], log_p[~ended]
        if len(live) == 0:
            break
    for hypothesis, value in zip(live, log_p, strict=True):
        finish(hypothesis[1:], value, max_len)
    return max(finished, key=lambda pair: pair[1])  # the first one of equals
    ### END SOLUTION


def sample_token(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """Draw a token from softmax(logits / temperature), for each row by itself.

    Args:
        logits: (N, V); −inf is never drawn.
        temperature: > 0; 0 stands for the most likely token (at a tie the smallest), without any draw.
        generator: for the draw; None stands for PyTorch's global generator.
    Returns:
        tokens, int64 (N,).
    Raises:
        ValueError: if temperature < 0.

    >>> sample_token(torch.tensor([[0., 2., 1.], [7., 0., 0.]]), temperature=0.0, generator=None)
    tensor([1, 0])
    """
    ### BEGIN SOLUTION
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, is {temperature}")
    if temperature == 0:
        return logits.argmax(dim=-1)
    probabilities = (logits / temperature).softmax(dim=-1)  # (N, V)
    return torch.multinomial(probabilities, 1, generator=generator).squeeze(1)
    ### END SOLUTION


def cut_at_end(tokens: Tensor, eos: int) -> list[list[int]]:
    """What a non-autoregressive decoder says before it says "end".

    Args:
        tokens: int64 (N, T).
        eos: the token that ends a sequence.
    Returns:
        N lists: each row up to its first eos, without it; the whole row if it has none.

    >>> cut_at_end(torch.tensor([[5, 6, 1, 7], [5, 6, 8, 7]]), eos=1)
    [[5, 6], [5, 6, 8, 7]]
    """
    ### BEGIN SOLUTION
    rows = tokens.tolist()
    return [row[: row.index(eos)] if eos in row else row for row in rows]
    ### END SOLUTION


def pointer_generator(
    p_vocab: Tensor, attention: Tensor, source_ids: Tensor, p_gen: Tensor, num_extra: int = 0
) -> Tensor:
    """The copy mechanism: either generate a word or point at one in the source.

    p(w) = p_gen · p_vocab(w) + (1 − p_gen) · Σ_{s: source_ids[s] = w} attention[s]

    The vocabulary of the result has num_extra further words, V … V + num_extra − 1, which occur in the source only.

    Args:
        p_vocab: the decoder's probabilities, (N, T, V). attention: the weights on the source, (N, T, S).
        source_ids: the source's words, int64 (N, S), from 0 to V + num_extra − 1. p_gen: (N, T).
        num_extra: number of words beyond the vocabulary.
    Returns:
        probabilities, (N, T, V + num_extra).

    >>> p_vocab, attention = torch.tensor([[[0.5, 0.5]]]), torch.tensor([[[0.2, 0.3, 0.5]]])
    >>> pointer_generator(p_vocab, attention, torch.tensor([[1, 2, 1]]), torch.tensor([[0.5]]), num_extra=1)
    tensor([[[0.2500, 0.6000, 0.1500]]])
    """
    ### BEGIN SOLUTION
    generated = p_gen.unsqueeze(-1) * p_vocab  # (N, T, V)
    copied = (1 - p_gen).unsqueeze(-1) * attention  # (N, T, S)
    extra = generated.new_zeros(*generated.shape[:2], num_extra)
    words = source_ids[:, None, :].expand_as(copied)  # (N, T, S)
    return torch.cat([generated, extra], dim=-1).scatter_add(-1, words, copied)
    ### END SOLUTION

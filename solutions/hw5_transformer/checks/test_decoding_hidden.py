"""Searches over long histories, ties and impossible tokens; sampling, cutting and copying at their edges."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_number, check_tensor

pytestmark = pytest.mark.hidden

BOS, EOS = 0, 1


def model(rng, vocab, eos=0.0, scale=1.5, impossible=False):
    """A step_fn whose logits depend on the whole prefix."""
    table = scale * torch.randn(997, vocab, generator=rng, dtype=torch.float64)
    table[:, EOS] += eos
    if impossible:
        closed = torch.rand(table.shape, generator=rng) < 0.6
        closed[torch.arange(997), torch.randint(2, vocab, (997,), generator=rng)] = False  # something is possible
        table[closed] = -torch.inf

    def step_fn(prefixes):
        keys = []
        for row in prefixes.tolist():
            key = 0
            for token in row:
                key = (31 * key + token + 1) % 997
            keys.append(key)
        return table[keys]

    return step_fn


def same_search(submission, reference, step_fn, width, max_len, alpha, what):
    tokens, score = submission.beam_search(step_fn, BOS, EOS, width, max_len, alpha)
    want, value = reference.beam_search(step_fn, BOS, EOS, width, max_len, alpha)
    check_equal(tokens, want, what=f"the tokens of {what}")
    # float64, or float32 if the student sums in it: up to twenty terms of order 3
    check_number(score, value, atol=1e-3, what=f"the score of {what}")


@pytest.mark.points("0.5")
def test_greedy_decode_edges(submission, rng):
    """greedy_decode takes the smallest token at a tie, never an impossible one, and other numbers for bos and eos"""
    zeros = torch.zeros(1, 5)
    got = submission.greedy_decode(lambda prefixes: zeros[:, :4], 7, 3, 2)
    check_equal(got, [0, 0], what="greedy_decode where all tokens are alike")
    only = torch.full((1, 5), -torch.inf)
    only[0, 2] = -1000.0
    got = submission.greedy_decode(lambda prefixes: only, 4, 2, 9)
    check_equal(got, [], what="greedy_decode where eos = 2 alone is possible")
    rising = torch.eye(6)[[1, 2, 3, 4, 5, 0]]
    got = submission.greedy_decode(lambda prefixes: rising[prefixes[:, -1]], 3, 2, 9)
    check_equal(got, [4, 5, 0, 1], what="greedy_decode of 4, 5, 0, 1, 2 with bos = 3, eos = 2")


@pytest.mark.points(1)
def test_beam_search_long(submission, reference, rng):
    """beam_search equals the reference for many beams, lengths and penalties"""
    for width, max_len, alpha in ((7, 20, 0.0), (4, 15, 0.7), (2, 12, 1.5), (11, 6, 1.0), (3, 1, 0.5), (5, 9, 3.0)):
        # the flatter the probabilities, the more the beam matters
        for eos, scale in ((-0.5, 1.5), (-2.0, 0.7), (-3.0, 0.5), (-1.0, 0.4), (-2.0, 0.3), (-1.5, 0.5)):
            step_fn = model(rng, 9, eos, scale)
            what = f"beam_search with beam={width}, max_len={max_len}, alpha={alpha}"
            same_search(submission, reference, step_fn, width, max_len, alpha, what)


@pytest.mark.points("0.5")
def test_beam_search_impossible(submission, reference, rng):
    """beam_search never keeps an impossible hypothesis, and refuses a beam or a length of 0"""
    for width, max_len in ((12, 4), (5, 6), (30, 3)):
        step_fn = model(rng, 5, impossible=True)
        what = f"beam_search with beam={width}, max_len={max_len}, where many logits are −inf"
        same_search(submission, reference, step_fn, width, max_len, 0.0, what)
    # in step 1 only 2 is possible; if "eos" took a slot there, 5 would be lost in step 2, and it is the best
    chain = torch.zeros(6, 6, dtype=torch.float64)
    chain[0, 2] = chain[5, EOS] = chain[EOS, EOS] = 1.0
    chain[2, 3:] = torch.tensor([0.4, 0.35, 0.25])
    chain[3:5, 2:] = 0.25
    tokens, score = submission.beam_search(lambda prefixes: chain[prefixes[:, -1]].log(), BOS, EOS, 3, 6)
    check_equal(tokens, [2, 5], what="beam_search where eos is impossible at first")
    check_number(score, -1.3862943611, atol=1e-5, what="its score")  # log ¼, in float32 at worst
    for width, max_len in ((0, 5), (3, 0)):
        try:
            submission.beam_search(model(rng, 5), BOS, EOS, width, max_len)
        except ValueError:
            continue
        raise CheckFailed(f"beam_search must raise ValueError for beam={width}, max_len={max_len}")


@pytest.mark.points("0.5")
def test_beam_search_ties(submission):
    """beam_search breaks ties by the better hypothesis, then the smaller token, then the first to finish"""
    even = torch.zeros(1, 4, dtype=torch.float64)

    def step_fn(prefixes):
        return even.expand(len(prefixes), 4)

    # all tokens alike: eos = 1 is the second best of the first step, after 0; the shortest is likeliest
    for width, max_len, want in ((3, 4, []), (1, 3, [0, 0, 0])):
        tokens, _ = submission.beam_search(step_fn, BOS, EOS, width, max_len, 0.0)
        check_equal(tokens, want, what=f"beam_search where all tokens are alike, beam={width}, max_len={max_len}")
    # eos = 3 is never kept before the end: two live hypotheses of one score, the first one wins
    tokens, _ = submission.beam_search(step_fn, BOS, 3, 2, 3, 0.0)
    check_equal(tokens, [0, 0, 0], what="beam_search where all tokens are alike, beam=2, eos=3")
    # eos at once, or 2, then 3 and eos for sure: log ½ both, exactly
    table = torch.full((4, 4), -torch.inf, dtype=torch.float64)
    table[0, [EOS, 2]] = table[2, 3] = table[3, EOS] = table[EOS, EOS] = 0.0
    tokens, _ = submission.beam_search(lambda prefixes: table[prefixes[:, -1]], BOS, EOS, 2, 5, 0.0)
    check_equal(tokens, [], what="beam_search where two hypotheses of different lengths have one score")
    tokens, _ = submission.beam_search(lambda prefixes: table[prefixes[:, -1]], BOS, EOS, 2, 2, 0.0)
    check_equal(tokens, [], what="beam_search where a live hypothesis ends with the score of a finished one")
    # 2 and 3 tie, then 5 follows 2 and 4 follows 3 for sure: the extension of 2 comes first
    table = torch.full((6, 6), -torch.inf, dtype=torch.float64)
    table[0, [2, 3]] = table[2, 5] = table[3, 4] = table[EOS, EOS] = table[4, EOS] = table[5, EOS] = 0.0
    tokens, _ = submission.beam_search(lambda prefixes: table[prefixes[:, -1]], BOS, EOS, 2, 2, 0.0)
    check_equal(tokens, [2, 5], what="beam_search where the extensions of two hypotheses tie")


@pytest.mark.points("0.5")
def test_sample_token_edges(submission, rng):
    """sample_token never draws an impossible token, survives large logits, and refuses a negative temperature"""
    logits = torch.randn(500, 6, generator=rng)
    logits[:, [0, 4]] = -torch.inf
    for temperature in (0.0, 0.1, 1.0, 50.0):
        tokens = submission.sample_token(logits, temperature, torch.Generator().manual_seed(5))
        check_tensor(tokens, shape=(500,), dtype=torch.int64, what=f"sample_token(…, {temperature}, generator)")
        if (tokens == 0).any() or (tokens == 4).any():
            raise CheckFailed("sample_token has drawn a token whose logit is −inf")
        tokens = submission.sample_token(logits[:1], temperature, torch.Generator().manual_seed(5))
        check_tensor(tokens, shape=(1,), dtype=torch.int64, what=f"sample_token(…, {temperature}, …) of one row")
    large = torch.full((50, 6), -1000.0)
    best = torch.randint(0, 6, (50,), generator=rng)
    large[torch.arange(50), best] = 1000.0
    for shape, logits in (("float32", large), ("float64", large.double())):
        tokens = submission.sample_token(logits, 0.5, torch.Generator().manual_seed(6))
        assert_close(tokens, best, atol=0, what=f"sample_token with logits of ±1000 in {shape}")
    first, again, other = submission.driver.global_draws(11, 40)
    for draw in (first, again, other):
        check_tensor(draw, shape=(40,), dtype=torch.int64, what="sample_token without a generator")
    if not torch.equal(first, again) or torch.equal(first, other):  # by chance equal once in 7⁴⁰
        raise CheckFailed("sample_token with generator=None must draw from PyTorch's global generator")
    if submission.driver.state_after_draw(12) is not True:
        raise CheckFailed("sample_token with a generator must leave PyTorch's global one alone")
    try:
        submission.sample_token(large, -0.5, None)
    except ValueError:
        return
    raise CheckFailed("sample_token must raise ValueError for a negative temperature")


@pytest.mark.points("0.5")
def test_cut_at_end_edges(submission):
    """cut_at_end takes empty batches and rows, one long row, and eos = 0"""
    cases = (
        (torch.zeros(0, 4, dtype=torch.int64), 1, []),
        (torch.zeros(3, 0, dtype=torch.int64), 1, [[], [], []]),
        (torch.tensor([[3, 0, 0, 2]]), 0, [[3]]),
        (torch.arange(200, 0, -1)[None], 1, [list(range(200, 1, -1))]),
        (torch.tensor([[4, 1], [5, 6], [1, 7]]).T, 1, [[4, 5], []]),
    )

    for tokens, eos, want in cases:
        got = submission.cut_at_end(tokens, eos)
        check_equal(got, want, what=f"cut_at_end of tokens {tuple(tokens.shape)}, eos={eos}")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_pointer_generator_sums(submission, rng):
    """pointer_generator gives probabilities that sum to 1"""
    for n, t, s, v, extra in ((2, 3, 9, 4, 2), (1, 1, 1, 1, 1), (5, 1, 30, 3, 0)):
        p_vocab, attention = (torch.randn(n, t, k, generator=rng).softmax(-1) for k in (v, s))
        source = torch.randint(0, v + extra, (n, s), generator=rng)
        got = submission.pointer_generator(p_vocab, attention, source, torch.rand(n, t, generator=rng), extra)
        check_tensor(got, shape=(n, t, v + extra), dtype=torch.float32, what="pointer_generator(…)")
        if (got < 0).any():
            raise CheckFailed("pointer_generator gives a negative probability")
        # float32, some thirty terms
        assert_close(got.sum(-1), torch.ones(n, t), atol=1e-5, what="the sums over the words")


@pytest.mark.points("0.5")
def test_pointer_generator_edges(submission, reference, rng):
    """pointer_generator generates only, or copies only, and takes non-contiguous inputs"""
    p_vocab = torch.randn(4, 7, 2, generator=rng, dtype=torch.float64).softmax(1).permute(2, 0, 1)  # (2, 4, 7)
    attention = torch.randn(4, 2, 5, generator=rng, dtype=torch.float64).softmax(-1).transpose(0, 1)  # (2, 4, 5)
    source = torch.randint(0, 9, (5, 2), generator=rng).T  # (2, 5)
    for p in (0.0, 1.0, 0.25):
        p_gen = torch.full((2, 4), p, dtype=torch.float64)
        got = submission.pointer_generator(p_vocab, attention, source, p_gen, 2)
        want = reference.pointer_generator(p_vocab, attention, source, p_gen, 2)
        # float64, sums of five products
        assert_close(got, want, atol=1e-12, what=f"pointer_generator with p_gen = {p}")
    assert_unchanged(submission)

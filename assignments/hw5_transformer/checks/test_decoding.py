"""From logits to tokens: greedy and beam search, sampling, cutting at the end, copying."""

import pytest
import torch

from grader.checkers import (
    CheckFailed,
    assert_close,
    assert_unchanged,
    check_equal,
    check_number,
    check_tensor,
    check_type,
)

BOS, EOS = 0, 1


class Model:
    """A step_fn whose logits depend on the whole prefix. Wrong prefixes are noted; check() tells of them."""

    def __init__(self, rng, vocab=5, scale=1.5, eos=0.0):
        self.table = scale * torch.randn(997, vocab, generator=rng, dtype=torch.float64)
        self.table[:, EOS] += eos
        self.calls = []
        self.complaint = None

    def logits(self, prefix):
        key = 0
        for token in prefix:
            key = (31 * key + token + 1) % 997
        return self.table[key]

    def __call__(self, prefixes):
        if not isinstance(prefixes, torch.Tensor) or prefixes.dtype != torch.int64 or prefixes.ndim != 2:
            self.complaint = "step_fn takes prefixes: an int64 tensor of shape (B, t)"
            return torch.zeros(1, self.table.shape[1], dtype=torch.float64)
        rows = prefixes.tolist()
        self.calls.append(rows)
        if not all(row and row[0] == BOS for row in rows):
            self.complaint = "each prefix that step_fn gets begins with bos"
        return torch.stack([self.logits(row) for row in rows])

    def log_p(self, prefix):
        return self.logits(prefix).log_softmax(-1).tolist()

    def check(self):
        if self.complaint:
            raise CheckFailed(self.complaint)


def step_of(model):
    """A plain function, for the student's side knows functions only."""
    return lambda prefixes: model(prefixes)


def greedy(model, max_len):
    prefix = [BOS]
    while len(prefix) <= max_len:
        token = int(model.logits(prefix).argmax())
        if token == EOS:
            break
        prefix.append(token)
    return prefix[1:]


def beam(model, width, max_len, alpha=0.0, *, drop=False, stop_first=False, raw=False, penalty=None, shrink=True):
    """(tokens, score) of beam search, with switches for the usual mistakes."""
    penalty = penalty or (lambda log_p, n: log_p / n**alpha)
    live, finished = [([BOS], 0.0)], []
    for n in range(1, max_len + 1):
        pool = [
            (value + step, prefix, token)
            for prefix, value in live
            for token, step in enumerate(model.logits(prefix).tolist() if raw else model.log_p(prefix))
        ]
        pool.sort(key=lambda item: -item[0])  # stable: the first one of equals stays first
        live = []
        for value, prefix, token in pool[: width - (len(finished) if shrink else 0)]:
            if token == EOS:
                if not drop:
                    finished.append((prefix[1:], penalty(value, n)))
            else:
                live.append(([*prefix, token], value))
        if not live or (stop_first and finished) or len(finished) >= width:
            break
    finished += [(prefix[1:], penalty(value, max_len)) for prefix, value in live if not (stop_first and finished)]
    return max(finished, key=lambda pair: pair[1], default=([], 0.0))


def score(model, tokens, max_len, alpha=0.0):
    """log P / n^alpha of a result: eos follows, unless max_len tokens are used up."""
    generated = tokens if len(tokens) == max_len else [*tokens, EOS]
    log_p = sum(model.log_p([BOS, *generated[:i]])[token] for i, token in enumerate(generated))
    return log_p / len(generated) ** alpha


def check_tokens(tokens, what):
    check_type(tokens, list, what=what)
    for token in tokens:
        check_type(token, int, what=f"a token of {what}")


def searched(submission, model, width, max_len, alpha=0.0):
    """The student's (tokens, score), with the right types."""
    what = f"beam_search(step_fn, 0, 1, beam={width}, max_len={max_len}, alpha={alpha})"
    result = submission.beam_search(step_of(model), BOS, EOS, width, max_len, alpha)
    model.check()
    check_type(result, tuple, what=what)
    check_equal(len(result), 2, what=f"the length of {what}")
    check_tokens(result[0], f"the tokens of {what}")
    check_type(result[1], float, what=f"the score of {what}")
    return result


@pytest.mark.points(1)
@pytest.mark.hint("The next prefix is the old one and the new token.", "bos and eos are not in the result.")
def test_greedy_decode_value(submission, rng):
    """greedy_decode follows the most likely token to eos"""
    for _ in range(6):
        model = Model(rng, eos=-0.5)
        want = greedy(model, 30)
        got = submission.greedy_decode(step_of(model), BOS, EOS, 30)
        model.check()
        what = "greedy_decode(step_fn, bos=0, eos=1, max_len=30)"
        check_tokens(got, what)
        mistakes = {
            "bos is no part of the result.": [BOS, *want],
            "eos is no part of the result.": [*want, EOS],
            "bos and eos are no part of the result.": [BOS, *want, EOS],
        }
        check_equal(got, want, what=what, mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("max_len counts what is generated, eos too, but not bos.")
def test_greedy_decode_max_len(submission, rng):
    """greedy_decode generates max_len tokens at most"""
    model = Model(rng, eos=-50.0)  # never says eos
    for max_len in (1, 4, 0):
        want = greedy(model, max_len)
        got = submission.greedy_decode(step_of(model), BOS, EOS, max_len)
        model.check()
        mistakes = {
            "It generates one token too many.": greedy(model, max_len + 1),
            "The last token is cut off.": want[:-1],
        }
        what = f"greedy_decode with max_len={max_len}, where eos never comes"
        check_equal(got, want, what=what, mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("One call for each generated token, eos included.")
def test_greedy_decode_calls(submission, rng):
    """greedy_decode calls step_fn once for each token, with all tokens before it"""
    for eos, max_len in ((-0.5, 30), (-50.0, 4), (50.0, 4)):  # some time, never, at once
        model = Model(rng, eos=eos)
        want = greedy(model, max_len)
        got = submission.greedy_decode(step_of(model), BOS, EOS, max_len)
        model.check()
        check_equal(got, want, what=f"greedy_decode with max_len={max_len}")
        count = min(len(want) + 1, max_len)
        mistakes = {"It calls step_fn again after the last token.": count + 1}
        check_equal(len(model.calls), count, what=f"the number of calls for {len(want)} tokens", mistakes=mistakes)
        for i, rows in enumerate(model.calls):
            check_equal(rows, [[BOS, *want[:i]]], what=f"the prefixes in call {i + 1}")


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "In each step, sort the extensions of all live hypotheses together.",
    "log P is the sum of log-softmaxes, not of logits.",
)
def test_beam_search_value(submission, rng):
    """beam_search finds the best hypothesis of the beam, and its score"""
    for width, max_len in ((2, 5), (3, 6), (4, 4), (2, 8), (3, 5), (5, 7), (2, 6), (3, 8), (4, 6), (2, 4)):
        model = Model(rng)
        want, value = beam(model, width, max_len)
        tokens, got = searched(submission, model, width, max_len)
        what = f"beam_search with beam={width}, max_len={max_len}, alpha=0"
        mistakes = {
            "bos is no part of the result.": [BOS, *want],
            "eos is no part of the result.": [*want, EOS],
            "bos and eos are no part of the result.": [BOS, *want, EOS],
            "Finished hypotheses are dropped.": beam(model, width, max_len, drop=True)[0],
            "The search ends with the first finished hypothesis; others may still win.": beam(
                model, width, max_len, stop_first=True
            )[0],
            "log P is the sum of log-softmaxes, not of logits.": beam(model, width, max_len, raw=True)[0],
            "Finished hypotheses keep their slot: the beam of live ones gets smaller.": beam(
                model, width, max_len, shrink=False
            )[0],
            "It generates one token too many.": beam(model, width, max_len + 1)[0],
            "max_len does not count bos.": beam(model, width, max_len - 1)[0],
            "This is the result of greedy search.": greedy(model, max_len),
        }
        mistakes = {sentence: wrong for sentence, wrong in mistakes.items() if wrong != want}
        check_equal(tokens, want, what=what, mistakes=mistakes)
        # float64, or float32 if the student sums in it: eight terms of order 3
        check_number(got, value, atol=1e-4, what=f"the score of {what}")


@pytest.mark.points("0.5")
@pytest.mark.hint("With beam=1 the search ends when its only hypothesis is finished.")
def test_beam_search_is_greedy(submission, rng):
    """beam_search with beam 1 is greedy search, whatever alpha is"""
    for alpha in (0.0, 0.6, 2.0, 5.0) * 5:
        model = Model(rng)
        want = greedy(model, 7)
        tokens, got = searched(submission, model, 1, 7, alpha)
        check_equal(tokens, want, what=f"beam_search with beam=1, alpha={alpha}, beside greedy search")
        what = f"the score of beam_search with beam=1, alpha={alpha}"
        check_number(got, score(model, want, 7, alpha), atol=1e-4, what=what)  # as above


@pytest.mark.points("0.5")
@pytest.mark.hint("The first step keeps greedy's first token, for it is the best one.")
def test_beam_search_never_below_greedy(submission, rng):
    """beam_search never scores below greedy where it leaves nothing out"""
    # two tokens: greedy's first one is in the beam, and the best second one with it; or a beam that holds everything
    for width, max_len, alpha in ((2, 2, 0.0), (3, 2, 1.0), (2, 2, 0.5), (81, 3, 0.0), (81, 3, 1.0)):
        model = Model(rng, vocab=4)
        tokens, got = searched(submission, model, width, max_len, alpha)
        least = score(model, greedy(model, max_len), max_len, alpha)
        true = score(model, tokens, max_len, alpha)
        check_number(got, true, atol=1e-4, what=f"the score of the tokens {tokens} with alpha={alpha}")
        if true < least - 1e-9:
            raise CheckFailed(
                f"beam {width} scores {true:.6g}, greedy search {least:.6g}: greedy's path was in the beam"
            )


class Chain(Model):
    """A step_fn given by probabilities of the next token after the last one, moved a little: no ties."""

    def __init__(self, rng, table):
        table = torch.tensor(table, dtype=torch.float64)
        table = table * (1 + 0.03 * torch.rand(table.shape, generator=rng, dtype=torch.float64))
        self.table, self.calls, self.complaint = table.log(), [], None

    def logits(self, prefix):
        return self.table[prefix[-1]]


@pytest.mark.points(1)
@pytest.mark.hint("Divide log P by n^alpha: it is negative, so a larger n makes it better.", "n counts eos, not bos.")
def test_beam_search_length_penalty(submission, rng):
    """beam_search divides log P by the length to the power of alpha"""
    u = 0.05 * float(torch.rand((), generator=rng))
    tiny = 1e-9
    # 2 ends soon: log(.6·.5) = −1.2 for two tokens; 3, 4, 5 go on, log(.4·.75·…) = −1.6 for five tokens
    chain = Chain(
        rng,
        [
            [tiny, tiny, 0.6 - u, 0.4 + u, tiny, tiny],
            [1.0, tiny, tiny, tiny, tiny, tiny],
            [tiny, 0.5, 0.5, tiny, tiny, tiny],
            [tiny, tiny, tiny, tiny, 0.75, 0.25],
            [tiny, tiny, tiny, tiny, tiny, 1.0],
            [tiny, 0.75, tiny, 0.25, tiny, tiny],
        ],
    )
    for alpha in (0.0, 1.0, 0.5, 2.0):
        want, value = beam(chain, 3, 6, alpha)
        tokens, got = searched(submission, chain, 3, 6, alpha)
        wrong = {
            "The penalty is inverted: log P is divided by n^alpha.": lambda log_p, n, a=alpha: log_p * n**a,
            "n counts eos, too.": lambda log_p, n, a=alpha: log_p / max(n - 1, 1) ** a,
            "n does not count bos.": lambda log_p, n, a=alpha: log_p / (n + 1) ** a,
            "This is another penalty, ((5 + n)/6)^alpha; here it is n^alpha.": lambda log_p, n, a=alpha: (
                log_p / ((5 + n) / 6) ** a
            ),
            "The penalty is missing.": lambda log_p, n: log_p,
            "alpha is used as a factor: log P / (alpha·n).": lambda log_p, n, a=alpha: log_p / (a * n) if a else log_p,
        }
        pairs = {sentence: beam(chain, 3, 6, alpha, penalty=penalty) for sentence, penalty in wrong.items()}
        what = f"beam_search with beam=3, max_len=6, alpha={alpha}"
        mistakes = {sentence: pair[1] for sentence, pair in pairs.items()}
        # float32 at worst, five terms of order 1; the score first, since it shows which penalty it is
        check_number(got, value, atol=1e-4, what=f"the score of {what}", mistakes=mistakes)
        mistakes = {sentence: pair[0] for sentence, pair in pairs.items() if pair[0] != want}
        check_equal(tokens, want, what=what, mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint(
    "A finished hypothesis is never dropped, and nothing is added to it.", "The best one may be the first finished one."
)
def test_beam_search_finished(submission, rng):
    """beam_search keeps finished hypotheses and their slots"""
    u = 0.02 * float(torch.rand((), generator=rng))
    tiny = 1e-9
    # "eos" at once has P = 0.4. Everything else is likelier at first, then falls apart.
    early = Chain(
        rng,
        [
            [tiny, 0.4 - u, 0.6 + u, tiny],
            [1.0, tiny, tiny, tiny],
            [tiny, 0.2, 0.4, 0.4],
            [tiny, 0.3, 0.3, 0.4],
        ],
    )
    want, value = beam(early, 2, 5)
    tokens, got = searched(submission, early, 2, 5)
    mistakes = {"Finished hypotheses are dropped.": beam(early, 2, 5, drop=True)[0]}
    what = "beam_search with beam=2 where eos at once is best"
    check_equal(tokens, want, what=what, mistakes=mistakes)
    check_number(got, value, atol=1e-4, what=f"the score of {what}")  # float32 at worst
    # here eos at once is finished first, but another one is better
    late = Chain(
        rng,
        [
            [tiny, 0.3 - u, 0.5, 0.2 + u],
            [1.0, tiny, tiny, tiny],
            [tiny, 0.1, tiny, 0.9],
            [tiny, 0.95, 0.05, tiny],
        ],
    )
    want, value = beam(late, 3, 5)
    tokens, got = searched(submission, late, 3, 5)
    mistakes = {"The search ends with the first finished hypothesis; others may still win.": []}
    what = "beam_search with beam=3 where a longer hypothesis is best"
    check_equal(tokens, want, what=what, mistakes=mistakes)
    check_number(got, value, atol=1e-4, what=f"the score of {what}")  # float32 at worst
    # eos at once keeps one of two slots, so that after 2 there is room for 3 alone; 4 would lead to a better score
    slots = Chain(
        rng,
        [
            [tiny, 0.4 - u, 0.6 + u, tiny, tiny],
            [1.0, tiny, tiny, tiny, tiny],
            [tiny, tiny, tiny, 0.55, 0.45],
            [0.1, 0.1, 0.3, 0.3, 0.2],
            [tiny, 1.0, tiny, tiny, tiny],
        ],
    )
    want, value = beam(slots, 2, 5, 1.0)
    other, better = beam(slots, 2, 5, 1.0, shrink=False)
    tokens, got = searched(submission, slots, 2, 5, 1.0)
    what = "beam_search with beam=2 where one of them is finished"
    gives_back = "Finished hypotheses keep their slot: the beam of live ones gets smaller."
    check_equal(tokens, want, what=what, mistakes={gives_back: other})
    check_number(got, value, atol=1e-4, what=f"the score of {what}", mistakes={gives_back: better})  # as above


def frequencies(tokens, vocab):
    return torch.bincount(tokens, minlength=vocab).double() / len(tokens)


def drawn(submission, rng, logits, temperature):
    """The student's tokens for many rows, with the right shape and dtype."""
    generator = torch.Generator().manual_seed(int(torch.randint(2**31, (), generator=rng)))
    tokens = submission.sample_token(logits, temperature, generator)
    check_tensor(
        tokens, shape=(len(logits),), dtype=torch.int64, what=f"sample_token(logits, {temperature}, generator)"
    )
    vocab = logits.shape[1]
    if ((tokens < 0) | (tokens >= vocab)).any():
        raise CheckFailed(f"a token of sample_token lies outside 0 … {vocab - 1}")
    return tokens


@pytest.mark.points(1)
@pytest.mark.hint("softmax(logits / temperature), then a draw for each row.")
def test_sample_token_frequencies(submission, rng):
    """sample_token draws each token as often as softmax(logits / temperature) says"""
    rows = 20_000
    logits = torch.tensor([2.0, 0.0, 1.0, -1.0, 0.5])[torch.randperm(5, generator=rng)]
    for temperature in (1.0, 0.5, 3.0):
        tokens = drawn(submission, rng, logits.expand(rows, 5), temperature)
        if tokens.unique().numel() == 1:
            raise CheckFailed(f"all {rows} rows got one token: each row needs a draw of its own")
        got, want = frequencies(tokens, 5), (logits / temperature).softmax(0).double()
        mistakes = {
            "The logits are multiplied by the temperature.": (logits * temperature).softmax(0),
            "The temperature is not used.": logits.softmax(0),
            "All tokens are drawn alike.": torch.full((5,), 0.2),
            "Always the most likely token is taken.": torch.nn.functional.one_hot(logits.argmax(), 5),
        }
        # six standard deviations, √(p(1−p)/n) ≤ 0.0036: a right draw lies outside once in 10⁸
        what = f"the frequencies of the tokens with temperature {temperature}"
        assert_close(got, want, atol=0.0215, what=what, mistakes=mistakes)
    both = torch.stack([logits, logits.flip(0)]).repeat(rows // 2, 1)  # two kinds of rows by turns
    tokens = drawn(submission, rng, both, 1.0)
    pairs = frequencies(tokens[::2] * 5 + tokens[1::2], 25).view(5, 5)
    want = torch.outer(logits.softmax(0), logits.flip(0).softmax(0)).double()
    # six standard deviations for 10,000 pairs, p ≤ 0.3
    what = "the frequencies of pairs of rows with different logits"
    assert_close(pairs, want, atol=0.03, what=what)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Division by 0 is no way: treat temperature 0 apart.")
def test_sample_token_temperature_zero(submission, rng):
    """sample_token with temperature 0 takes the most likely token, without a draw"""
    logits = torch.randn(7, 5, generator=rng)
    logits[3, [1, 4]] = 9.0  # a tie: the smallest wins
    generator = torch.Generator().manual_seed(3)
    before = generator.get_state()
    got = submission.sample_token(logits, 0.0, generator)
    check_tensor(got, shape=(7,), dtype=torch.int64, what="sample_token(logits, 0.0, generator)")
    assert_close(got, logits.argmax(-1), atol=0, what="sample_token(logits, 0.0, generator)")
    if not torch.equal(generator.get_state(), before):
        raise CheckFailed("sample_token with temperature 0 must draw nothing from the generator")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Hand the generator on: torch.multinomial(…, generator=generator). Never seed it.")
def test_sample_token_generator(submission, rng):
    """sample_token draws from its generator and from nothing else"""
    logits = torch.zeros(40, 7)
    seed = int(torch.randint(2**31, (), generator=rng))
    generator = torch.Generator().manual_seed(seed)
    first = submission.sample_token(logits, 1.0, generator)
    check_tensor(first, shape=(40,), dtype=torch.int64, what="sample_token(logits, 1.0, generator)")
    second = submission.sample_token(logits, 1.0, generator)
    again = submission.sample_token(logits, 1.0, torch.Generator().manual_seed(seed))
    if not torch.equal(first, again):
        raise CheckFailed(
            "two generators in one state give different tokens: sample_token must draw from the generator"
        )
    if torch.equal(first, second):  # by chance once in 7⁴⁰
        raise CheckFailed("the generator gives the same tokens twice: sample_token must not seed it")


@pytest.mark.points(1)
@pytest.mark.hint("Up to the first eos, and without it; a row without eos stays whole.")
def test_cut_at_end(submission, rng):
    """cut_at_end keeps what stands before the first eos"""
    tokens = torch.randint(2, 9, (5, 6), generator=rng)
    tokens[0, 2] = tokens[0, 4] = tokens[1, 5] = tokens[3, 0] = EOS
    got = submission.cut_at_end(tokens, EOS)
    rows = tokens.tolist()
    want = [rows[0][:2], rows[1][:5], rows[2], [], rows[4]]
    mistakes = {
        "eos is no part of the result.": [rows[0][:3], rows[1], rows[2], [EOS], rows[4]],
        "It cuts at the last eos, not at the first.": [rows[0][:4], rows[1][:5], rows[2], [], rows[4]],
        "A row without eos stays whole.": [rows[0][:2], rows[1][:5], [], [], []],
        "A row without eos loses its last token.": [rows[0][:2], rows[1][:5], rows[2][:-1], [], rows[4][:-1]],
        "What follows the first eos does not belong to the sentence.": [[t for t in r if t != EOS] for r in rows],
    }
    check_equal(got, want, what="cut_at_end(tokens, eos=1)", mistakes=mistakes)
    other = submission.cut_at_end(tokens, 8)
    check_equal(other, [r[: r.index(8)] if 8 in r else r for r in rows], what="cut_at_end(tokens, eos=8)")
    assert_unchanged(submission)


N, T, S, V = 3, 4, 6, 5


def mixture(p_vocab, attention, source_ids, p_gen, num_extra=0):
    """The copy mechanism with a one-hot table in place of scatter_add."""
    generated = torch.nn.functional.pad(p_gen[..., None] * p_vocab, (0, num_extra))
    words = torch.nn.functional.one_hot(source_ids, p_vocab.shape[-1] + num_extra).to(p_vocab.dtype)  # (N, S, V')
    return generated + (1 - p_gen)[..., None] * (attention @ words)


def copying(rng, num_extra):
    """p_vocab, attention, source_ids with repeated words, p_gen."""
    p_vocab = torch.randn(N, T, V, generator=rng, dtype=torch.float64).softmax(-1)
    attention = torch.randn(N, T, S, generator=rng, dtype=torch.float64).softmax(-1)
    source_ids = torch.randint(0, V + num_extra, (N, S), generator=rng)
    source_ids[:, 4] = source_ids[:, 1]  # one word twice
    source_ids[:, 2] = V + num_extra - 1
    p_gen = 0.1 + 0.8 * torch.rand(N, T, generator=rng, dtype=torch.float64)
    return p_vocab, attention, source_ids, p_gen


@pytest.mark.points(1)
@pytest.mark.hint("scatter_add sums where a word occurs twice; scatter keeps one of them.")
def test_pointer_generator_value(submission, rng):
    """pointer_generator mixes generating and copying"""
    p_vocab, attention, source_ids, p_gen = copying(rng, 0)
    got = submission.pointer_generator(p_vocab, attention, source_ids, p_gen)
    want = mixture(p_vocab, attention, source_ids, p_gen)
    words = source_ids[:, None, :].expand(N, T, S)
    last = torch.zeros(N, T, V, dtype=torch.float64).scatter(-1, words, attention)
    mistakes = {
        "p_gen and 1 − p_gen are mixed up.": mixture(p_vocab, attention, source_ids, 1 - p_gen),
        "A word that occurs twice gets the sum of its attention, not one part of it.": p_gen[..., None] * p_vocab
        + (1 - p_gen)[..., None] * last,
        "What is copied is not weighted by 1 − p_gen.": p_gen[..., None] * p_vocab
        + mixture(p_vocab, attention, source_ids, torch.zeros_like(p_gen)),
        "What is generated is not weighted by p_gen.": p_vocab
        + mixture(torch.zeros_like(p_vocab), attention, source_ids, p_gen),
    }
    # float64, sums of a few products
    assert_close(got, want, atol=1e-12, what="pointer_generator(…)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Put num_extra zeros behind p_gen · p_vocab, then add what is copied.")
def test_pointer_generator_extra_words(submission, rng):
    """pointer_generator can copy words that are in no vocabulary"""
    args = copying(rng, 3)
    got = submission.pointer_generator(*args, num_extra=3)
    check_tensor(got, shape=(N, T, V + 3), dtype=torch.float64, what="pointer_generator(…, num_extra=3)")
    # float64, sums of a few products
    assert_close(got, mixture(*args, num_extra=3), atol=1e-12, what="pointer_generator(…, num_extra=3)")


@pytest.mark.points(1)
@pytest.mark.hint("Use tensor operations only, none of them in place on a tensor without gradient.")
def test_pointer_generator_gradient(submission, rng):
    """pointer_generator has the right gradients with respect to p_vocab, attention and p_gen"""
    p_vocab, attention, source_ids, p_gen = copying(rng, 2)
    leaves = [t.requires_grad_() for t in (p_vocab, attention, p_gen)]
    v = torch.randn(N, T, V + 2, generator=rng, dtype=torch.float64)
    y = submission.pointer_generator(p_vocab, attention, source_ids, p_gen, 2)
    check_tensor(y, shape=(N, T, V + 2), dtype=torch.float64, what="pointer_generator(…, num_extra=2)")
    if not y.requires_grad:
        raise CheckFailed("pointer_generator(…) is cut off from autograd; is there a detach() or torch.tensor()?")
    got = torch.autograd.grad(y, leaves, v, allow_unused=True, materialize_grads=True)
    want = torch.autograd.grad(mixture(p_vocab, attention, source_ids, p_gen, 2), leaves, v)
    for name, g, expected in zip(("p_vocab", "attention", "p_gen"), got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64, sums of a few products
        assert_close(g, expected, atol=1e-12, what=f"the gradient with respect to {name}", mistakes=mistakes)

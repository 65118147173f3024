"""One key after the other, as a recurrent network would.

module: efficient_attention
"""


def linear_attention(q, k, v, phi):
    fq, fk = phi(q), phi(k)
    state, total = 0.0, 0.0
    for j in range(fk.shape[-2]):
        f = fk[..., j, :]
        state = state + f[..., :, None] * v[..., j, None, :]
        total = total + f
    return (fq @ state) / (fq @ total[..., None])

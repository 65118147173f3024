"""Detaches logp as well.

module: losses
rejected by: test_reinforce_loss_gradient
"""


def reinforce_loss(logp, reward):
    advantage = reward - reward.mean()
    return -(advantage.detach() * logp.detach() + 0 * logp).mean()

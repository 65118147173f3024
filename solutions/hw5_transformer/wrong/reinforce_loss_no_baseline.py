"""Forgets the baseline.

module: losses
rejected by: test_reinforce_loss_value, test_reinforce_loss_gradient, test_reinforce_loss_edges
"""


def reinforce_loss(logp, reward):
    advantage = reward
    return -(advantage.detach() * logp).mean()

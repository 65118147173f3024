"""Lets the gradient go through the baseline.

module: losses
rejected by: test_reinforce_loss_gradient
"""


def reinforce_loss(logp, reward):
    advantage = reward.detach() - reward.mean()
    return -(advantage * logp).mean()

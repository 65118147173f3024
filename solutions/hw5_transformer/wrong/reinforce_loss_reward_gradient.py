"""Lets the gradient go to the reward.

module: losses
rejected by: test_reinforce_loss_gradient
"""


def reinforce_loss(logp, reward):
    advantage = reward - reward.mean()
    return -(advantage * logp).mean()

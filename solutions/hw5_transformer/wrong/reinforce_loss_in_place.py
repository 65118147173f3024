"""Subtracts the mean in place.

module: losses
rejected by: test_reinforce_loss_value, test_reinforce_loss_edges
"""


def reinforce_loss(logp, reward):
    advantage = reward
    advantage.data -= reward.data.mean()
    return -(advantage.detach() * logp).mean()

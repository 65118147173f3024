"""Divides by the standard deviation of the rewards.

module: losses
rejected by: test_reinforce_loss_value, test_reinforce_loss_gradient, test_reinforce_loss_edges
"""


def reinforce_loss(logp, reward):
    advantage = (reward - reward.mean()) / (reward.std(correction=0) + 1e-8)
    return -(advantage.detach() * logp).mean()

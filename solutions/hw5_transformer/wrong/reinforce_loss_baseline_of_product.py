"""Subtracts the baseline from the product.

module: losses
rejected by: test_reinforce_loss_value, test_reinforce_loss_gradient, test_reinforce_loss_edges
"""


def reinforce_loss(logp, reward):
    return -(reward.detach() * logp - reward.detach().mean()).mean()

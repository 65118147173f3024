"""Asks for a gradient after the last update.

module: gradient_descent
rejected by: test_gradient_descent_max_steps
"""

import torch


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    theta, history = theta0, [theta0]
    grad = grad_fn(theta)
    while grad.norm() > tol and len(history) <= max_steps:
        theta = theta - lr * grad
        history.append(theta)
        grad = grad_fn(theta)
    return theta, torch.stack(history)

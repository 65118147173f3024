"""Stops as soon as the gradient grows.

module: gradient_descent
rejected by: test_gradient_descent_hills
"""

import math

import torch


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    theta, history, before = theta0, [theta0], math.inf
    for _ in range(max_steps):
        grad = grad_fn(theta)
        if grad.norm() <= tol or grad.norm() > before:
            break
        before = grad.norm()
        theta = theta - lr * grad
        history.append(theta)
    return theta, torch.stack(history)

"""Takes the largest component for the norm.

module: gradient_descent
rejected by: test_gradient_descent_stops
"""

import torch


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    theta, history = theta0, [theta0]
    for _ in range(max_steps):
        grad = grad_fn(theta)
        if grad.abs().max() <= tol:
            break
        theta = theta - lr * grad
        history.append(theta)
    return theta, torch.stack(history)

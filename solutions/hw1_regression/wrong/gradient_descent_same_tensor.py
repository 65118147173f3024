"""Records one tensor that it goes on changing.

module: gradient_descent
rejected by: test_gradient_descent_path
"""

import torch


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    theta = theta0.clone()
    history = [theta]
    for _ in range(max_steps):
        grad = grad_fn(theta)
        if grad.norm() <= tol:
            break
        theta -= lr * grad
        history.append(theta)
    return theta, torch.stack(history)

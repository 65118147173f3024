def decayed(param, grad, weight_decay):
    return grad + weight_decay * param

"""Opens a process group of torch.distributed, and a store for others to come to.
---
verdicts = { square_value = "raised" }
"""

import torch.distributed as dist


def square(x):
    dist.init_process_group("gloo", init_method="tcp://127.0.0.1:@PORT@", rank=0, world_size=1)
    print("reached a process group")
    return x

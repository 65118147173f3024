"""A DataLoader with more processes than are allowed, whose workers never come to an end.
---
verdicts = { summary = "timeout" }

[at.restricted]
gap = "without a /dev/shm of its own no semaphore can be made, so a loader has no processes at all"
verdicts = { summary = "raised" }

[at."process as root"]
gap = "as restricted: only another user than the owner of the processes is kept from /dev/shm"
verdicts = { summary = "raised" }
"""

import time

from torch.utils.data import DataLoader, Dataset


class Endless(Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, index):
        while True:
            time.sleep(0.001)


def summary(values, name):
    return len(list(DataLoader(Endless(), num_workers=4, persistent_workers=True)))

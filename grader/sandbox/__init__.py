"""The boundary: a codec, a symmetric protocol, and the confined processes that run student code.

``codec`` ← ``channel`` ← ``peer`` ← ``worker`` ← ``zygote`` is one path; ``watch`` and ``engines`` are the
trusted end of it. The worker's half (codec, channel, peer, worker, zygote) imports nothing of the trusted side.
"""

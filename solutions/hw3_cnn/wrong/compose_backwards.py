"""Applies the last one first.

module: transforms
rejected by: test_compose_order
"""


class Compose:
    def __init__(self, transforms):
        self.transforms = list(transforms)

    def __call__(self, img):
        for transform in reversed(self.transforms):
            img = transform(img)
        return img

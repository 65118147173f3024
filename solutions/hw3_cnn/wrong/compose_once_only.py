"""Keeps an iterator, which serves only once.

module: transforms
rejected by: test_compose_twice
"""


class Compose:
    def __init__(self, transforms):
        self.transforms = iter(transforms)

    def __call__(self, img):
        for transform in self.transforms:
            img = transform(img)
        return img

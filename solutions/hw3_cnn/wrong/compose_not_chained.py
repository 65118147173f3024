"""Gives every transform the original image.

module: transforms
rejected by: test_compose_order
"""


class Compose:
    def __init__(self, transforms):
        self.transforms = list(transforms)

    def __call__(self, img):
        for transform in self.transforms:
            result = transform(img)
        return result

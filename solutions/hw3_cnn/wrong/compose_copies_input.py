"""Copies the image before it begins.

module: transforms
rejected by: test_compose_edges
"""


class Compose:
    def __init__(self, transforms):
        self.transforms = list(transforms)

    def __call__(self, img):
        img = img.clone()
        for transform in self.transforms:
            img = transform(img)
        return img

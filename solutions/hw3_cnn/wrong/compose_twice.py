"""Calls each transform twice, once to look.

module: transforms
rejected by: test_compose_edges
"""


class Compose:
    def __init__(self, transforms):
        self.transforms = list(transforms)

    def __call__(self, img):
        for transform in self.transforms:
            if transform(img) is not None:
                img = transform(img)
        return img

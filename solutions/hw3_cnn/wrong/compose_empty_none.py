"""Returns None for no transforms.

module: transforms
rejected by: test_compose_edges
"""


class Compose:
    def __init__(self, transforms):
        self.transforms = list(transforms)

    def __call__(self, img):
        result = None
        for transform in self.transforms:
            result = img = transform(img)
        return result

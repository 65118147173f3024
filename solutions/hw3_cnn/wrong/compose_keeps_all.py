"""Returns the list of all results.

module: transforms
rejected by: test_compose_order
"""


class Compose:
    def __init__(self, transforms):
        self.transforms = list(transforms)

    def __call__(self, img):
        results = [img]
        for transform in self.transforms:
            results.append(transform(results[-1]))
        return results

"""Has one mean and deviation for all columns.

module: regression
rejected by: test_standardizer_value
"""


class Standardizer:
    mean = None

    def fit(self, x):
        self.mean, self.std = x.mean(), x.std(correction=0)
        return self

    def transform(self, x):
        if self.mean is None:
            raise RuntimeError("fit first")
        return (x - self.mean) / self.std

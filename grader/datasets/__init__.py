"""The course's data sets: offline ones from a generator, real ones from the network, both in a cache folder."""

from grader.datasets.cache import default_cache
from grader.datasets.dataset import Dataset, Source, load_dataset
from grader.datasets.split import Items, Split

__all__ = ["Dataset", "Items", "Source", "Split", "default_cache", "load_dataset"]

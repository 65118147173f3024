"""Splits where the state changes from row to row.

module: regression
rejected by: test_covid_survey_dataset_mixed_rows
"""

import numpy as np
import pandas as pd
import torch


class CovidSurveyDataset(torch.utils.data.Dataset):
    def __init__(self, path, mode, features=None):
        if mode not in ("train", "validation", "test"):
            raise ValueError(mode)
        table = torch.tensor(pd.read_csv(path).to_numpy(dtype=np.float32))
        if table.shape[1] != (94 if mode == "test" else 95):
            raise ValueError("columns")
        if mode != "test":
            state, kept, start = table[:, 1:41].argmax(dim=1).tolist(), [], 0
            for i in range(1, len(state) + 1):
                if i == len(state) or state[i] != state[start]:
                    v = 3 * (i - start) // 20
                    kept += range(i - v, i) if mode == "validation" else range(start, max(start, i - v - 2))
                    start = i
            table = table[kept]
        features = list(range(93)) if features is None else features
        self.x = table[:, 1:94][:, features]
        self.y = None if mode == "test" else table[:, 94]

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index] if self.y is None else (self.x[index], self.y[index])

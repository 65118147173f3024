"""Takes an unknown mode for training.

module: regression
rejected by: test_covid_survey_dataset_errors
"""

import numpy as np
import pandas as pd
import torch


class CovidSurveyDataset(torch.utils.data.Dataset):
    def __init__(self, path, mode, features=None):
        mode = mode if mode in ("validation", "test") else "train"
        table = torch.tensor(pd.read_csv(path).to_numpy(dtype=np.float32))
        if table.shape[1] != (94 if mode == "test" else 95):
            raise ValueError("columns")
        if mode != "test":
            state, kept = table[:, 1:41].argmax(dim=1), []
            for s in range(40):
                rows = (state == s).nonzero().flatten()
                v = 3 * len(rows) // 20
                kept.append(rows[len(rows) - v :] if mode == "validation" else rows[: len(rows) - v - 2])
            table = table[torch.cat(kept).sort().values]
        features = list(range(93)) if features is None else features
        self.x = table[:, 1:94][:, features]
        self.y = None if mode == "test" else table[:, 94]

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index] if self.y is None else (self.x[index], self.y[index])

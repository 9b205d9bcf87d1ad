"""A training on a folder, by one process or by several that take each step together."""

from __future__ import annotations

import os
from dataclasses import replace

import torch

from east.streaming.batches import FolderBatches
from east.streaming.dataset import FolderDataset
from east.training import Outcome, TrainConfig, Training
from east.training.batches import Feed
from east.training.ranks import ALONE, Ranks
from east.training.rows import Rows, rows_on


class FolderTraining(Training):
    """A training whose rows are read again in every epoch; it is advanced and read as any other.

    Every rank has to make the same calls. Gradients, and the matrices that judge, are those of all ranks' rows, so
    that parameters, snapshots and outcome are the same on each.

    Args:
        dataset: what this rank holds.
        config: the settings.
        ranks: that train together.

    Raises:
        SettingError: as for `Training`.
        ParallelError: in any call, when another rank is gone.
    """

    def __init__(self, dataset: FolderDataset, config: TrainConfig, ranks: Ranks = ALONE) -> None:
        self._whole = dataset
        super().__init__(dataset, replace(config, device=_own_device(config.device, ranks)), None, ranks)

    def outcome(self) -> Outcome:
        """Score each lane's best checkpoint on the test rows of all ranks, which each now gets; the training ends."""
        self.dataset = self._whole.whole(self._ranks)
        self._validation_rows = rows_on(self._device, self.dataset.validation)
        self._judge = self._judge_of(ALONE)
        return super().outcome()

    def _feed(self, rows: int) -> tuple[Feed, Rows]:
        batches = FolderBatches(self._whole, self.config, self._device)
        return batches, batches.rows


def _own_device(name: str, ranks: Ranks) -> str:
    """Give each rank on a machine with CUDA devices the next one of them."""
    if ranks.size == 1 or name not in ("auto", "cuda") or not torch.cuda.is_available():
        return name
    return f"cuda:{int(os.environ.get('LOCAL_RANK', ranks.rank)) % torch.cuda.device_count()}"

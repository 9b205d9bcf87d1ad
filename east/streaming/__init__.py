"""Training on a folder of parquet files that is larger than memory, by one process or by several."""

from east.streaming.dataset import FolderDataset
from east.streaming.folder import Folder, open_folder
from east.streaming.preparing import prepare_folder
from east.streaming.training import FolderTraining

__all__ = ["Folder", "FolderDataset", "FolderTraining", "open_folder", "prepare_folder"]

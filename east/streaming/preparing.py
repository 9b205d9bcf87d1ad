"""From a folder to what is trained on: two passes over it, one for the target, one for everything else."""

from __future__ import annotations

from collections.abc import Sequence

from east.dataset import Choices
from east.dataset.encoding import fit_encoder
from east.dataset.outline import DEFAULT_SHARES, feature_columns
from east.errors import SettingError
from east.streaming.census import Census, refuse_missing, refuse_rare, take_census
from east.streaming.dataset import FolderDataset, Shard
from east.streaming.folder import Folder, Group
from east.streaming.holding import HeldRows, sample_of
from east.streaming.splitting import shares_for
from east.training.engine import TRAIN_SCORE_ROWS
from east.training.ranks import Ranks


def prepare_folder(
    folder: Folder,
    target: str,
    ranks: Ranks,
    *,
    exclude: Sequence[str] = (),
    shares: tuple[float, float, float] | None = None,
    seed: int = 0,
    rare: str = "refuse",
    missing_target: str = "refuse",
    numeric_encoding: str = "piecewise",
    shards: int | None = None,
) -> FolderDataset:
    """Read a folder twice: its target for the classes, then all columns for the encoder and the rows that judge.

    Rows are dealt to the parts by a hash of their position, and the encoder is fitted on about 100,000 training rows.

    Args:
        folder: of the files.
        target: the column to predict.
        ranks: that train together.
        exclude: columns to leave out.
        shares: of training, validation and test; None is 0.6, 0.2 and 0.2, but at most 100,000 rows to validate and
            100,000 to test.
        seed: of the split and the encoder.
        rare: "refuse" or "keep" classes of fewer rows than parts.
        missing_target: "refuse" or "leave_out" rows without a target.
        numeric_encoding: as for `prepare`.
        shards: readers of all ranks together; None is one a rank. Batches depend on it, not on the number of ranks.

    Raises:
        DatasetError, SettingError, TableError: as for `prepare`, the same on every rank.
    """
    columns = _columns(folder, target, exclude)
    parts = shares_for(folder.rows, shares)
    readers = shards or ranks.size
    mine = _shards_of(folder, readers, ranks)
    groups = [group for _, its in mine for group in its]
    census = take_census(folder, target, groups, parts, seed, ranks)
    notes = (*folder.notes, *refuse_missing(census, folder, target, missing_target), *census.notes)
    notes = (*notes, *refuse_rare(census, sum(share > 0 for share in parts), target, rare))
    choices = Choices(
        target, tuple(exclude), parts, seed, rare, missing_target, numeric_encoding=numeric_encoding
    )
    held = HeldRows(folder, columns, census, choices)
    with ranks.agreeing():
        rows = [held.read(its) for _, its in mine]
    sample = sample_of(held, ranks)
    # Values are not encoded by their classes: the rows that are trained on would see their own class in them.
    encoder, _ = fit_encoder(sample, seed, numeric_encoding=numeric_encoding)
    return FolderDataset(
        name=folder.name,
        target=target,
        classes=census.classes,
        feature_names=encoder.feature_names,
        train=held.part(0, encoder, TRAIN_SCORE_ROWS // ranks.size),
        validation=held.part(1, encoder),
        test=held.part(2, encoder),
        encoder=encoder,
        notes=(*notes, _told(census, parts, shares)),
        choices=choices,
        folder=folder,
        columns=columns,
        census=census,
        shards=tuple(Shard(number, its, count) for (number, its), count in zip(mine, rows, strict=True)),
        readers=readers,
        sample=sample,
    )


def _shards_of(folder: Folder, count: int, ranks: Ranks) -> list[tuple[int, tuple[Group, ...]]]:
    """Number the shards of all ranks, and return those of this one."""
    if count % ranks.size:
        got, remedy = f"{count} shards for {ranks.size} ranks", "give a multiple of the ranks"
        raise SettingError("Each rank needs as many shards as the others", got, remedy)
    return [each for each in enumerate(folder.shards(count)) if each[0] % ranks.size == ranks.rank]


def _columns(folder: Folder, target: str, exclude: Sequence[str]) -> tuple[str, ...]:
    import pandas as pd

    nothing = pd.DataFrame(columns=pd.Index(list(folder.kinds), dtype="str"))
    return tuple(feature_columns(nothing, Choices(target, tuple(exclude))))


def _told(census: Census, parts: Sequence[float], shares: Sequence[float] | None) -> str:
    train, validation, test = (int(its.sum()) for its in census.counts)
    why = "" if shares is not None or parts == DEFAULT_SHARES else "; --shares gives them more"
    return f"{train:,} rows train, {validation:,} validate and {test:,} test{why}."

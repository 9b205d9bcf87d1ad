"""Where runs are kept, whether they are, and how much room they may take."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from east.errors import EastError
from east.options import Option, options_of, setting

HOME, KEEP, SHARED, LOGIN = "EAST_HOME", "EAST_KEEP", "EAST_SHARED", "EAST_LOGIN"
"""Names of the environment's variables: the folder, 0 to keep nothing, 1 where others use the server, 1 for a login."""
SETTINGS = "settings.json"
NO = ("0", "no", "off", "false")
GB = 10**9

MOST_GB = Option(
    "Room for kept runs, in GB",
    "When the kept runs fill it, new ones are no longer kept until you delete some.",
    least=0,
    open_ends=("least",),
    shown=(0.1, 1000.0, 0.5),
    example="2",
)


@dataclass(frozen=True)
class KeepSettings:
    """What a user has chosen about keeping runs.

    Args:
        keep: whether the app keeps runs.
        most_gb: the room that kept runs may take, in GB (10^9 bytes).

    Raises:
        SettingError: for no room.
    """

    keep: bool = True
    most_gb: float = setting(2.0, MOST_GB)

    def __post_init__(self) -> None:
        for name, option in options_of(KeepSettings).items():
            option.check(name, getattr(self, name))


def home() -> Path:
    """Return the folder that runs are kept in: `EAST_HOME`, or the user's data folder."""
    given = os.environ.get(HOME)
    if given:
        return Path(given).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("east", appauthor=False)


def keep_settings(folder: Path) -> KeepSettings:
    """Read what was chosen; what is not there or cannot be read is at its default."""
    try:
        found = json.loads((folder / SETTINGS).read_bytes())
        return KeepSettings(bool(found["keep"]), float(found["most_gb"]))
    except (OSError, ValueError, KeyError, TypeError):
        return KeepSettings()


def choose(folder: Path, *, keep: bool | None = None, most_gb: float | None = None) -> KeepSettings:
    """Change what was chosen, and remember it in the folder.

    Raises:
        EastError: when it cannot be written there, or there would be no room.
    """
    from east.export.files import write_whole

    settings = keep_settings(folder)
    settings = replace(settings, keep=settings.keep if keep is None else keep)
    settings = replace(settings, most_gb=settings.most_gb if most_gb is None else most_gb)
    make_folder(folder)
    write_whole(folder / SETTINGS, json.dumps(asdict(settings)).encode())
    return settings


def switched_off() -> bool:
    """Whether the environment says to keep nothing."""
    return _answer(KEEP) in NO


def shared() -> bool:
    """Whether the environment says that people use this server who are not to see each other's runs."""
    return _answer(SHARED) not in ("", *NO)


def login_required() -> bool:
    """Whether the environment says that nobody may use this server without a login."""
    return _answer(LOGIN) not in ("", *NO)


def _answer(variable: str) -> str:
    return os.environ.get(variable, "").strip().lower()


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner only.

    Raises:
        EastError: when it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        got = f"{str(folder)!r} ({error.strerror})"
        raise EastError("The folder for kept runs cannot be made", got, f"name another in {HOME}") from None

"""What the demo leaves for a look: the workbook of its campaign, and the reports."""

import os
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path

DATA = Path("var")
FOLDER = DATA / "demo"


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """Where they are, from the working directory if it could be written."""

    workbook: Path
    report: Path
    pipedrive_report: Path


def keepsakes() -> Keepsakes:
    """Return where to leave them: in `var/demo`, which git ignores; what an earlier demo left there is gone."""
    try:
        found = _in_folder(_beside_the_data())
        for path in astuple(found):
            path.unlink(missing_ok=True)
    except OSError:
        return _in_folder(Path(tempfile.mkdtemp(prefix="connectors-demo-")))
    return found


def _in_folder(folder: Path) -> Keepsakes:
    return Keepsakes(folder / "people.xlsx", folder / "report.xlsx", folder / "pipedrive-report.xlsx")


def _beside_the_data() -> Path:
    # The service keeps its data here by default, and is not to find it open to others.
    DATA.mkdir(mode=0o700, exist_ok=True)
    FOLDER.mkdir(exist_ok=True)
    if not os.access(FOLDER, os.W_OK):
        raise PermissionError
    return FOLDER

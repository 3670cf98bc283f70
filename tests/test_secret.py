"""The secret key of an installation: random, kept, and readable by its owner only."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from valuereview.secret import kept_secret_key

pytestmark = pytest.mark.once

HOUSE = Path(__file__).resolve().parent.parent
PARALLEL_STARTS = 8
START = (
    "import pathlib, sys; from valuereview.secret import kept_secret_key;"
    "sys.stdin.readline(); print(kept_secret_key(pathlib.Path(sys.argv[1])), end='')"
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_installation_has_a_key_of_its_own(tmp_path):
    keys = {kept_secret_key(tmp_path / name) for name in ("one", "two", "three")}
    assert len(keys) == 3
    assert all(len(key) >= 64 and len(set(key)) > 20 for key in keys)


def test_the_key_and_its_folder_are_the_owners_only(tmp_path):
    kept_secret_key(tmp_path / "deep" / "data")
    assert mode_of(tmp_path / "deep" / "data") == 0o700
    assert mode_of(tmp_path / "deep" / "data" / "secret-key") == 0o600


def test_the_key_outlives_a_restart_and_leaves_no_draft(tmp_path):
    first = kept_secret_key(tmp_path / "data")
    assert kept_secret_key(tmp_path / "data") == first
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret-key"]


def test_first_starts_at_once_agree_on_one_key(tmp_path):
    """Each waits for its word to go, so that they meet."""
    starts = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-c", START, str(tmp_path / "data")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=HOUSE,
            text=True,
        )
        for _ in range(PARALLEL_STARTS)
    ]
    for start in starts:
        start.stdin.write("go\n")
        start.stdin.flush()
    keys = [start.communicate()[0] for start in starts]
    assert [start.returncode for start in starts] == [0] * PARALLEL_STARTS
    assert set(keys) == {kept_secret_key(tmp_path / "data")}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret-key"]


def test_a_key_that_cant_be_kept_stops_the_start(tmp_path):
    """Better no start than a key that is another one at each."""
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="data"):
        kept_secret_key(tmp_path / "data")

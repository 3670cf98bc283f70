"""What runs apart is bounded in time and memory; whatever becomes of it, the next one runs."""

import concurrent.futures
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from valuereview import apart

pytestmark = pytest.mark.once

# Long enough for whatever isn't about time, on a busy machine.
PATIENCE = 60
MEBIBYTE = 1024**2


def divide(one: float, other: float) -> float:
    return one / other


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def keep(size: int) -> int:
    """Fill so many bytes of memory, and return how much the process now holds, in bytes."""
    kept = bytearray(b"1") * size
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    del kept
    return pages * os.sysconf("SC_PAGE_SIZE")


def end_by(number: int) -> None:
    os.kill(os.getpid(), number)


def give_up() -> None:
    raise TimeoutError("its own")


def open_files() -> list[str]:
    own = Path("/proc/self/fd")
    return [os.readlink(own / name) for name in os.listdir(own) if (own / name).is_symlink()]


def is_for_tests() -> bool:
    return bool(settings.TESTING)


def pid() -> int:
    return apart.run(os.getpid, seconds=PATIENCE)


def ask_and_end() -> None:
    pid()
    apart.end()


def lives(process: int) -> bool:
    """Whether a process is there, and no mere record of one that ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(process: int) -> bool:
    for _attempt in range(200):
        if not lives(process):
            return True
        time.sleep(0.05)
    return False


def test_the_result_comes_from_a_process_that_stays_warm():
    assert apart.run(divide, 1, 4, seconds=PATIENCE) == 0.25
    assert pid() == pid() != os.getpid()


def test_what_it_raises_is_raised_here():
    before = pid()
    with pytest.raises(ZeroDivisionError):
        apart.run(divide, 1, 0, seconds=PATIENCE)
    with pytest.raises(TimeoutError, match="its own"):
        apart.run(give_up, seconds=PATIENCE)
    assert pid() == before


def test_what_takes_too_long_is_ended():
    before = pid()
    began = time.monotonic()
    with pytest.raises(apart.TookTooLong):
        apart.run(sleep, 60, seconds=0.3)
    assert time.monotonic() - began < 10
    assert ends(before)
    assert pid() != before


def test_what_needs_too_much_memory_is_ended_before_it_has_it():
    before = pid()
    with pytest.raises(apart.NeededTooMuch):
        apart.run(keep, apart.MEMORY, seconds=PATIENCE)
    assert ends(before)
    held = apart.run(keep, apart.MEMORY - 100 * MEBIBYTE, seconds=PATIENCE)
    assert apart.MEMORY - 100 * MEBIBYTE < held < 500 * MEBIBYTE


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_process_that_dies_is_told_of_and_followed_by_another(number):
    before = pid()
    with pytest.raises(apart.Died):
        apart.run(end_by, number, seconds=PATIENCE)
    assert ends(before)
    assert pid() != before


@pytest.mark.parametrize("noticed", [0, 0.5])
def test_one_that_was_killed_between_two_tasks_is_missed_by_neither(noticed):
    before = pid()
    os.kill(before, signal.SIGKILL)
    time.sleep(noticed)
    assert pid() != before


def test_four_threads_share_one_process_in_turn():
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(apart.run, divide, each, 2, seconds=PATIENCE) for each in range(20)]
        assert [each.result() for each in asked] == [each / 2 for each in range(20)]
        asked = [threads.submit(apart.run, sleep, 0.2, seconds=PATIENCE) for _each in range(4)]
        assert {each.result() for each in asked} == {pid()}


def test_those_who_wait_lose_none_of_their_time():
    pid()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(apart.run, sleep, 0.6, seconds=1.5) for _each in range(4)]
        assert len({each.result() for each in asked}) == 1


def test_one_that_takes_too_long_takes_nobody_along():
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        slow = threads.submit(apart.run, sleep, 60, seconds=0.5)
        others = [threads.submit(apart.run, divide, 1, 2, seconds=PATIENCE) for _each in range(3)]
        assert [each.result() for each in others] == [0.5] * 3
        assert isinstance(slow.exception(), apart.TookTooLong)


def test_only_so_many_wait_and_whoever_comes_then_is_told_at_once():
    helper, is_done = apart.Helper(waiting=2), threading.Event()

    def keep_place() -> None:
        with helper.place():
            is_done.wait(PATIENCE)

    with concurrent.futures.ThreadPoolExecutor(helper.places) as threads:
        try:
            others = [threads.submit(keep_place) for _each in range(helper.places)]
            while helper._free._value:
                time.sleep(0.01)
            began = time.monotonic()
            with pytest.raises(apart.Busy):
                helper.run(divide, 1, 2, seconds=PATIENCE)
            assert time.monotonic() - began < 1
        finally:
            is_done.set()
        for each in others:
            each.result()
    assert helper.run(divide, 1, 2, seconds=PATIENCE) == 0.5
    helper.end()


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0.2)
    helper = apart.Helper()
    helper.run(divide, 1, 2, seconds=PATIENCE)
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        slow = threads.submit(helper.run, sleep, 2, seconds=PATIENCE)
        while not helper._in_use.locked():
            time.sleep(0.01)
        with pytest.raises(apart.Busy):
            helper.run(divide, 1, 2, seconds=PATIENCE)
        assert slow.result()
    helper.end()


def test_who_has_a_place_keeps_it_from_one_run_to_the_next():
    helper = apart.Helper(waiting=1)
    with helper.place():
        for _each in range(3):
            assert helper.run(divide, 1, 2, seconds=PATIENCE) == 0.5
        assert helper._free._value == 1
    assert helper._free._value == 2
    helper.end()


def test_nothing_of_the_server_is_open_there():
    with socket.create_server(("127.0.0.1", 0)) as server, open(os.devnull) as file:
        os.set_inheritable(server.fileno(), True)
        os.set_inheritable(file.fileno(), True)
        own = {os.readlink(f"/proc/self/fd/{each.fileno()}") for each in (server, file)}
        os.kill(pid(), signal.SIGKILL)
        there = apart.run(open_files, seconds=PATIENCE)
    assert there
    assert not {name for name in own & set(there) if name.startswith("socket:")}


def test_it_has_django_with_the_settings_of_whoever_asks():
    assert apart.run(is_for_tests, seconds=PATIENCE)


# How a server ends, its helper ends too.

BEGIN = """
import os, sys, threading, time
from multiprocessing import forkserver
forkserver.set_forkserver_preload(["pytest"])
from tests.test_apart import PATIENCE, sleep
from valuereview import apart
print(apart.run(os.getpid, seconds=PATIENCE), flush=True)
"""
ENDINGS = {
    "done": "",
    "killed": "os.kill(os.getpid(), 9)",
    "killed at work": """
threading.Thread(target=apart.run, args=(sleep, 60), kwargs={"seconds": 60}, daemon=True).start()
time.sleep(0.5)
os.kill(os.getpid(), 9)
""",
    "done while it works": """
threading.Thread(target=apart.run, args=(sleep, 60), kwargs={"seconds": 60}, daemon=True).start()
time.sleep(0.5)
""",
    "interrupted": "import signal; signal.raise_signal(signal.SIGINT)",
}


def serve(program: str) -> subprocess.CompletedProcess:
    """Run a program with the settings of tests, and return what it printed."""
    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "valuereview.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_ends_with_its_server(ending):
    done = serve(BEGIN + ENDINGS[ending])
    assert ends(int(done.stdout)), done.stderr


def test_a_helper_has_one_process_at_a_time():
    before, helper = set(multiprocessing.active_children()), apart.Helper()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        for asked in [threads.submit(helper.run, divide, 1, 2, seconds=PATIENCE) for _ in range(4)]:
            asked.result()
    assert len(set(multiprocessing.active_children()) - before) == 1
    helper.end()


def test_a_process_of_multiprocessing_that_ran_something_apart_can_end(monkeypatch):
    # It isn't seen to be a test's.
    monkeypatch.setenv("DEBUG", "1")
    process = multiprocessing.get_context("spawn").Process(target=ask_and_end)
    process.start()
    process.join(PATIENCE)
    try:
        assert process.exitcode == 0
    finally:
        process.kill()

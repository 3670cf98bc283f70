"""Debian's own Chromium, headless, for the browser's tests and for the benchmarks."""

PROGRAM = "/usr/bin/chromium"
# Nothing that calls home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

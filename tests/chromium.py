"""Debian's own Chromium without a window, for the browser's tests and for the benchmarks."""

PROGRAM = "/usr/bin/chromium-headless-shell"
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
    # Nothing but this machine is reached, by name or by number, nor by way of a proxy.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-proxy-server",
    # What is clicked stays where it was aimed at.
    "--disable-smooth-scrolling",
]

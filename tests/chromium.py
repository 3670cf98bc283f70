"""Debian's own Chromium, headless: for the browser's tests, and for what is compared with it."""

# The tests drive its headless shell, which starts and turns a page in two thirds of the time.
SHELL = "/usr/bin/chromium-headless-shell"
# Documents are compared with what prints on people's desks.
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
    # Nothing but this machine is reached, by name or by number, nor by way of a proxy.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-proxy-server",
    # What is clicked stays where it was aimed at.
    "--disable-smooth-scrolling",
]

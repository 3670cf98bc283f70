#!/bin/sh
# Makes .venv hold exactly what requirements.lock names, each file checked against its hash.
set -eu

# The first Python at hand that is new enough.
python=
for candidate in ${PYTHON:-} python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed; found $(python3 --version 2>/dev/null || echo none)." >&2
    exit 1
fi

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    # Debian keeps this half of the standard library in a package of its own.
    "$python" -c 'import ensurepip' 2>/dev/null || scripts/system_packages.sh python3-venv
    "$python" -m venv --clear .venv
fi

# pip, which is slow, installs uv alone, in the lock file's version; uv, which is fast, installs the rest.
sed -n '/^uv==/,/^ *#/p' requirements.lock > .venv/uv.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.lock
UV_PYTHON_DOWNLOADS=never .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock

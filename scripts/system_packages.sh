#!/bin/sh
# Installs those Debian packages that are missing, as root or through sudo; otherwise names them and stops.
# usage: scripts/system_packages.sh (runtime | test | PACKAGE)...
set -eu

# WeasyPrint lays text out with Pango; without HarfBuzz's subsetter a PDF takes seconds.
runtime="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# The second database, the browser (and what its driver links to), the OCR that reads the printed
# pages in both languages, the tools that turn them into pictures, fonts for other scripts, and what
# recalculates the workbooks.
test="postgresql chromium-headless-shell libatomic1 tesseract-ocr tesseract-ocr-fra poppler-utils gettext fonts-noto-core libreoffice-calc-nogui"

wanted=
for word; do
    case $word in
        runtime) wanted="$wanted $runtime" ;;
        test) wanted="$wanted $test" ;;
        *) wanted="$wanted $word" ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system; please see to it that you have what these packages hold:$wanted" >&2
    exit 0
fi

# shellcheck disable=SC2086  # names hold no spaces
installed=" $(dpkg-query --show --showformat='${Package}=${db:Status-Status} ' $wanted 2>/dev/null || true)"
missing=
for package in $wanted; do
    case $installed in
        *" $package=installed "*) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root="env"
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    echo "Missing system packages; please run, as root: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

echo "Installing system packages:$missing"
# Two checkouts may be here at the same time: the second one waits.
exec 9</var/lib/apt/lists
flock 9
apt_get="$as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600"
# A server that a package starts must not hold the lock, hence 9<&-.
if ! said=$({ $apt_get update && $apt_get install --yes --no-install-recommends $missing; } 2>&1 </dev/null 9<&-); then
    echo "$said" >&2
    echo "These system packages could not be installed, for the reason above:$missing" >&2
    exit 1
fi

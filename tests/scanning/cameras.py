"""What a scanner or a phone makes of a sheet of paper."""

import random

import cv2
import numpy as np

Page = np.ndarray
WHITE = (255, 255, 255)
# Light is drawn on so many pixels, and spread over the page.
SMALL = 400


def scan(page: Page, chance: random.Random) -> Page:
    """A flatbed or a feeder: a little turned, sharp, evenly lit; sometimes grey, or upside down."""
    long_side = chance.choice((1754, 2339, 2339, 3508))
    page = _resized(page, long_side)
    page = _turned(page, chance.uniform(-3, 3))
    if chance.random() < 0.1:
        page = cv2.rotate(page, chance.choice((cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)))
    page = _lit(page, gain=chance.uniform(0.9, 1.08), lift=chance.uniform(-6, 12))
    page = _noisy(page, chance.uniform(1, 5), chance)
    if chance.random() < 0.4:
        page = cv2.cvtColor(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return page


def photo(page: Page, chance: random.Random, *, bend: float = 0.0) -> Page:
    """A phone held with some care: seen at an angle, unevenly lit, a little soft.

    `bend` is how far, in parts of the page's height, the paper rises like a wave.
    """
    page = _resized(page, 2600)
    if bend:
        page = _bent(page, bend, chance)
    page = _tilted(page, chance.uniform(0.01, 0.06), chance)
    page = _resized(page, chance.choice((1800, 2200, 2600, 3200)))
    page = _shaded(page, chance.uniform(0.62, 0.9), chance)
    if chance.random() < 0.4:
        page = _shadowed(page, chance.uniform(0.6, 0.85), chance.uniform(20, 80), chance)
    page = _tinted(page, 0.08, chance)
    page = cv2.GaussianBlur(page, (0, 0), chance.uniform(0.4, 1.2))
    return _noisy(page, chance.uniform(2, 7), chance)


def poor_photo(page: Page, chance: random.Random) -> Page:
    """A phone in a hurry: small, dark, shaken, crumpled, or with a corner outside the picture."""
    page = _resized(page, 2000)
    page = _bent(page, chance.uniform(0.002, 0.012), chance)
    page = _tilted(page, chance.uniform(0.04, 0.14), chance)
    page = _resized(page, chance.choice((700, 1000, 1400, 1800)))
    page = _shaded(page, chance.uniform(0.3, 0.6), chance)
    page = _shadowed(page, chance.uniform(0.35, 0.6), chance.uniform(4, 30), chance)
    page = _tinted(page, 0.2, chance)
    page = _shaken(page, chance.randint(1, 9), chance)
    page = cv2.GaussianBlur(page, (0, 0), chance.uniform(0.8, 3.2))
    if chance.random() < 0.2:
        height, width = page.shape[:2]
        page = page[: int(height * chance.uniform(0.7, 0.95)), : int(width * 0.97)]
    return _noisy(page, chance.uniform(4, 14), chance)


def kept(page: Page, chance: random.Random, *, least: int) -> bytes:
    """Return the picture as a machine keeps it, compressed."""
    quality = chance.randint(least, 94)
    _done, encoded = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes()


def _resized(page: Page, long_side: int) -> Page:
    scale = long_side / max(page.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(page, None, fx=scale, fy=scale, interpolation=how)


def _turned(page: Page, degrees: float) -> Page:
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.97)
    return cv2.warpAffine(page, turn, (width, height), borderValue=WHITE)


def _tilted(page: Page, far: float, chance: random.Random) -> Page:
    """See the page from aside, on a table."""
    height, width = page.shape[:2]
    table = tuple(chance.randint(30, 170) for _part in range(3))
    edge = int(0.06 * height)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = np.array(
        [
            (
                x + edge + width * chance.uniform(-far, far),
                y + edge + height * chance.uniform(-far, far),
            )
            for x, y in corners
        ],
        np.float32,
    )
    view = cv2.getPerspectiveTransform(corners, moved)
    size = (width + 2 * edge, height + 2 * edge)
    return cv2.warpPerspective(page, view, size, borderValue=table)


def _bent(page: Page, far: float, chance: random.Random) -> Page:
    height, width = page.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    waves, start = chance.uniform(0.5, 1.5), chance.uniform(0, 6)
    wave = np.sin(start + waves * 2 * np.pi * rows / height)
    along = np.sin(start + np.pi * columns / width)
    rise = far * height
    return cv2.remap(
        page,
        columns + rise * wave,
        rows + rise * along,
        cv2.INTER_LINEAR,
        borderValue=WHITE,
    )


def _lit(page: Page, gain: float, lift: float) -> Page:
    return cv2.convertScaleAbs(page, alpha=gain, beta=lift)


def _shaded(page: Page, darkest: float, chance: random.Random) -> Page:
    """Let the light fall from one side."""
    angle = chance.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:SMALL, 0:SMALL].astype(np.float32) / SMALL
    along = np.cos(angle) * columns + np.sin(angle) * rows
    along = (along - along.min()) / (along.max() - along.min())
    return _under(page, darkest + (1 - darkest) * along)


def _shadowed(page: Page, dark: float, soft: float, chance: random.Random) -> Page:
    """Let something stand in the light: a hand, a head, the phone; `soft` in pixels of the page."""
    shadow = np.ones((SMALL, SMALL), np.float32)
    middle = (int(SMALL * chance.uniform(0, 1)), int(SMALL * chance.uniform(0, 1)))
    size = (int(SMALL * chance.uniform(0.2, 0.6)), int(SMALL * chance.uniform(0.2, 0.5)))
    cv2.ellipse(shadow, middle, size, chance.uniform(0, 180), 0, 360, dark, -1, cv2.LINE_AA)
    soft = max(0.5, soft * SMALL / max(page.shape[:2]))
    return _under(page, cv2.GaussianBlur(shadow, (0, 0), soft))


def _under(page: Page, light: np.ndarray) -> Page:
    """Return a page in this light, given small."""
    light = cv2.resize(light.astype(np.float32), page.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.multiply(page, cv2.merge([light] * 3), dtype=cv2.CV_8U)


def _tinted(page: Page, far: float, chance: random.Random) -> Page:
    tint = [1 - chance.uniform(0, far) for _part in range(3)]
    return cv2.multiply(page, (*tint, 0))


def _shaken(page: Page, pixels: int, chance: random.Random) -> Page:
    way = np.zeros((pixels, pixels), np.float32)
    np.fill_diagonal(way if chance.random() < 0.5 else np.fliplr(way), 1.0 / pixels)
    return cv2.filter2D(page, -1, way)


def _noisy(page: Page, strength: float, chance: random.Random) -> Page:
    cv2.setRNGSeed(chance.getrandbits(31))
    noise = cv2.randn(np.empty(page.shape, np.int16), 0, strength)
    return cv2.add(page, noise, dtype=cv2.CV_8U)

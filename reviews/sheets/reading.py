"""Reads a picture of a factor sheet: which sheet it is, and which numbers carry a mark of a pen.

It knows no record. It finds the four markers, straightens the page by them, looks for the square
code, and counts the ink around each number that wasn't printed there. What it isn't sure of it
says; it never guesses. Lengths are in millimetres on paper (`layout`), darkness is 0 (paper) to 1.
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from reviews.sheets import layout
from reviews.sheets.marks import CORNERS, DIGITS, SheetName, sheet_number

Picture = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]

# Pixels a millimetre of the straightened page, and the paper that it shows beyond the markers.
SCALE = 8
EDGE = 12.0
# The page is looked for in this many pixels, long side first.
SEARCHED = (1800, 2600, 1200)
# A page on which a marker's corner is further than this from where it should be isn't flat.
MOST_WARPED = 0.9
# Fewer pixels a millimetre don't show a pen's line.
LEAST_PIXELS = 3.0
# On what the numbers are circled: left, top, right, bottom. No other word is printed there.
STRIP = (6.5, 40.5, 26.5, 238.5)
# That part as it's printed (scripts/make_sheet_strip.py), `SCALE` pixels a millimetre.
BLANK = Path(__file__).parent / "strip.png"
# In pixels of the page shrunk to one a millimetre: wider than a pen's scribble, odd.
PAPER = 15
# Where paper grows darker by this within two millimetres, a shadow ends.
EDGE_OF_SHADOW = 0.15
# Darker than paper by this is ink; on a noisy picture it takes more.
INK, NOISES = 0.16, 6.0
# So much unprinted ink around a number, in square millimetres, is a mark; less than that, none.
MARK, NO_MARK = 1.1, 0.5
# Less than this at one spot is dust.
DUST = 0.2
# A ring and its number, from the middle, with what is near it; how far it is looked for, how far
# it may lie from its place, and from where its neighbours say that it lies.
RING, REACH, STRAY, MOST_ASTRAY, MOST_OFF = 4.6, 5.5, 3.0, 2.5, 0.8
# Black becomes white within so many millimetres, or the picture is blurred.
MOST_SOFT = 1.0
# What is printed spreads by so many pixels; strokes this near to each other are one, and so are
# those on either side of a printed line.
GROWN, LINK, ACROSS = 4, 7, 17
# A mark is meant for the number whose ring it touches, and that its middle isn't further from.
MOST_ASIDE = 5.0
# A ring is circled by itself where there's ink on all sides of it but so many, within so many
# millimetres, and on all of those that look at a neighbour: a loop around two rings has none there.
SIDES, MOST_OPEN, AROUND, FACING = 24, 3, 8.5, 2
# How like itself a ring must look to tell where it lies, how many must, and what is surely one.
LIKE, LEAST_SEEN, SURELY_LIKE = 0.45, 6, 0.6


class Trouble(Enum):
    """Why a picture was not read."""

    NO_MARKS = "no_marks"
    CORNER_HIDDEN = "corner_hidden"
    NOT_FLAT = "not_flat"
    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    CODES_DIFFER = "codes_differ"
    UNSURE = "unsure"
    NOTHING_CIRCLED = "nothing_circled"


@dataclass(frozen=True)
class Reading:
    """What a picture shows. Without trouble, `circled` is all that is circled, by number.

    `name` is what the square code says, if it could be read; `number` what the corners say.
    `unsure` are the numbers with something beside them that may be a mark or not.
    `straight` is the page as it would lie flat, if its corners were found.
    """

    trouble: Trouble | None
    number: int | None = None
    name: SheetName | None = None
    circled: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()
    straight: Picture | None = field(default=None, compare=False, repr=False)


class NotRead(Exception):
    """A picture that tells nothing sure."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def read(picture: Picture) -> Reading:
    """Return what a picture (height x width x 3, blue, green, red) shows of a sheet."""
    try:
        number, to_picture = _found(picture)
    except NotRead as not_read:
        return Reading(not_read.trouble)
    straight = _straightened(picture, to_picture)
    name = _square_code(picture, to_picture)
    told = Reading(None, number=number, name=name, straight=straight)
    if name is not None and name.number != number:
        return replace(told, trouble=Trouble.CODES_DIFFER)
    if _pixels_a_millimetre(to_picture) < LEAST_PIXELS:
        return replace(told, trouble=Trouble.TOO_SMALL)
    try:
        circled, unsure = _circled(straight)
    except NotRead as not_read:
        return replace(told, trouble=not_read.trouble)
    trouble = Trouble.UNSURE if unsure else None if circled else Trouble.NOTHING_CIRCLED
    return replace(told, trouble=trouble, circled=circled, unsure=unsure)


def straighten(picture: Picture) -> Picture:
    """Return a sheet as it would lie flat; raises NotRead if it isn't seen whole."""
    _number, to_picture = _found(picture)
    return _straightened(picture, to_picture)


def _found(picture: Picture) -> tuple[int, npt.NDArray[np.float64]]:
    """Return a sheet's number, and what takes a place on paper to a pixel of the picture."""
    found = _markers(picture)
    number = sheet_number([found.codes[corner] for corner in range(len(CORNERS))])
    return number, _flattened(found)


@dataclass
class _Markers:
    """The four codes by corner, and their corners' points, in pixels of the picture."""

    codes: dict[int, int]
    points: dict[int, npt.NDArray[np.float32]]


def _markers(picture: Picture) -> _Markers:
    """Find the four; raises NotRead where fewer are seen, or two in one place."""
    detector = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), _parameters()
    )
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    most: dict[int, int] = {}
    for longest in SEARCHED:
        scale = min(1.0, longest / max(grey.shape))
        # Of a picture as thin as a line, too, a pixel is left.
        height, width = (max(1, round(side * scale)) for side in grey.shape)
        small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        larger = np.array([grey.shape[1] / width, grey.shape[0] / height], np.float32)
        corners, codes, _others = detector.detectMarkers(small)
        found = _Markers({}, {})
        for code, points in zip(() if codes is None else codes.ravel(), corners, strict=True):
            corner = int(code) // DIGITS
            if corner < len(CORNERS) and corner not in found.codes:
                found.codes[corner] = int(code)
                found.points[corner] = points.reshape(4, 2) * larger
            elif corner in found.codes:
                # Two sheets in one picture.
                raise NotRead(Trouble.CORNER_HIDDEN)
        if len(found.codes) == len(CORNERS):
            return found
        most = max(most, found.codes, key=len)
    raise NotRead(Trouble.CORNER_HIDDEN if most else Trouble.NO_MARKS)


def _parameters() -> cv2.aruco.DetectorParameters:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    return parameters


def _places() -> npt.NDArray[np.float32]:
    """Return where the sixteen corners of the markers stand on paper, as `_markers` finds them."""
    half = layout.MARKER / 2
    square = ((-half, -half), (half, -half), (half, half), (-half, half))
    return np.array([(x + dx, y + dy) for x, y in _centres() for dx, dy in square], np.float32)


def _centres() -> list[tuple[float, float]]:
    """Return the middles of the markers, in the order of CORNERS."""
    return [(x, y) for y in (0.0, layout.HEIGHT) for x in (0.0, layout.WIDTH)]


def _flattened(found: _Markers) -> npt.NDArray[np.float64]:
    """Return what takes a place on paper to a pixel; raises NotRead if the page isn't flat."""
    places = _places()
    points = np.concatenate([found.points[corner] for corner in range(len(CORNERS))])
    to_picture, _inliers = cv2.findHomography(places, points, 0)
    if to_picture is None or abs(np.linalg.det(to_picture)) < 1e-9:
        raise NotRead(Trouble.NOT_FLAT)
    back = cv2.perspectiveTransform(points[None], np.linalg.inv(to_picture))[0]
    if np.hypot(*(back - places).T).max() > MOST_WARPED:
        raise NotRead(Trouble.NOT_FLAT)
    return np.asarray(to_picture, np.float64)


def _pixels_a_millimetre(to_picture: npt.NDArray[np.float64]) -> float:
    """Return how fine the picture is where it's coarsest."""
    finest = []
    for x, y in ((0, 0), (layout.WIDTH, 0), (0, layout.HEIGHT), (layout.WIDTH, layout.HEIGHT)):
        square = np.array([[(x, y), (x + 1, y), (x, y + 1)]], np.float64)
        here, right, below = cv2.perspectiveTransform(square, to_picture)[0]
        finest.append(min(np.hypot(*(right - here)), np.hypot(*(below - here))))
    return float(min(finest))


def _view(left: float, top: float, scale: float) -> npt.NDArray[np.float64]:
    """Return what takes a pixel of a straight view to a place on paper."""
    return np.array([[1 / scale, 0, left], [0, 1 / scale, top], [0, 0, 1]])


def _straightened(picture: Picture, to_picture: npt.NDArray[np.float64]) -> Picture:
    """Return the page as it would lie flat, `SCALE` pixels a millimetre."""
    size = (int((layout.WIDTH + 2 * EDGE) * SCALE), int((layout.HEIGHT + 2 * EDGE) * SCALE))
    return _warped(picture, to_picture @ _view(-EDGE, -EDGE, SCALE), size)


def _warped(picture: Picture, view: npt.NDArray[np.float64], size: tuple[int, int]) -> Picture:
    warped = cv2.warpPerspective(
        picture,
        view,
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderValue=(255, 255, 255),
    )
    return np.asarray(warped, np.uint8)


def _square_code(picture: Picture, to_picture: npt.NDArray[np.float64]) -> SheetName | None:
    """Return what the square code says: it's known where it stands."""
    quiet = 2.0
    detector = cv2.QRCodeDetector()
    for scale in (16, 24, 10):
        side = int((layout.CODE + 2 * quiet) * scale)
        view = to_picture @ _view(layout.CODE_X - quiet, layout.CODE_Y - quiet, scale)
        grey = cv2.cvtColor(_warped(picture, view, (side, side)), cv2.COLOR_BGR2GRAY)
        try:
            text, _corners, _straight = detector.detectAndDecode(grey)
        except (UnicodeDecodeError, cv2.error):
            # A code of somebody else, in a script that the library takes for another.
            continue
        name = SheetName.read(text)
        if name is not None:
            return name
    return None


def _seen(straight: Picture) -> tuple[Plane, npt.NDArray[np.bool_]]:
    """Return the darkness of each pixel beside the paper around it, and where the light breaks.

    Of the three colours the darkest counts. A shadow or a tint of the light lies on the paper
    too, and goes away: a median follows it, and a pen's line is too thin for that. Along the edge
    of a sharp shadow, paper and ink can't be told apart.
    """
    small = cv2.resize(straight, None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA)
    paper = np.maximum(cv2.medianBlur(small, PAPER), 1)
    height, width = straight.shape[:2]
    lightness = straight / cv2.resize(paper.astype(np.float32), (width, height))
    darkness = 1 - lightness.min(axis=2)
    around = np.ones((3, 3), np.uint8)
    step = 1 - (cv2.erode(paper, around) / cv2.dilate(paper, around)).min(axis=2)
    edges = cv2.dilate((step > EDGE_OF_SHADOW).astype(np.uint8), around)
    edges = cv2.resize(edges, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(darkness - np.median(darkness), np.float32), edges.astype(bool)


def _circled(straight: Picture) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the numbers that carry a mark, and those of which that isn't sure."""
    if _softness(straight) > MOST_SOFT:
        raise NotRead(Trouble.BLURRED)
    darkness, edges = _seen(strip_of(straight))
    noise = 1.48 * float(np.median(np.abs(darkness)))
    printed, covered = _printed(darkness)
    inked = darkness > max(INK, NOISES * noise)
    drawn, over = inked & ~printed, inked & printed
    areas, spanned = _areas(drawn & ~edges, over)
    hidden, _spanned = _areas(drawn & edges, over)
    circled = {row for row, area in enumerate(areas) if area >= MARK} - spanned
    unsure = {row for row, area in enumerate(areas) if NO_MARK < area < MARK} | spanned
    unsure |= ({row for row, area in enumerate(hidden) if area > NO_MARK} | covered) - circled
    # Ink beside a circled number may be the other half of one loop, drawn around neither.
    beside = {row for row in circled if {row - 1, row + 1} & unsure}
    return _numbers(circled - beside), _numbers(unsure | beside)


def _numbers(rows: set[int]) -> tuple[int, ...]:
    return tuple(row + 1 for row in sorted(rows))


def _softness(straight: Picture) -> float:
    """Return over how many millimetres the markers' black becomes white, where it takes most."""
    found = []
    half = layout.MARKER / 2 + 2
    for x, y in _centres():
        left, top = round((x - half + EDGE) * SCALE), round((y - half + EDGE) * SCALE)
        side = round(2 * half * SCALE)
        grey = cv2.cvtColor(straight[top : top + side, left : left + side], cv2.COLOR_BGR2GRAY)
        even = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1)
        black, white = np.percentile(even, (5, 95))
        for across in ((1, 0), (0, 1)):
            steep = np.percentile(np.abs(cv2.Sobel(even, cv2.CV_32F, *across, ksize=3)) / 8, 99)
            found.append((white - black) / max(steep, 1e-6) / SCALE)
    return float(max(found))


def strip_of(straight: Picture) -> Picture:
    """Return the part of a straight page on which numbers are circled."""
    left, top, right, bottom = (round((edge + EDGE) * SCALE) for edge in STRIP)
    return straight[top:bottom, left:right]


def _middle(row: int) -> tuple[int, int]:
    """Return where in the strip the ring of a row is printed, in pixels."""
    x, y = layout.RINGS[row]
    return round((x - STRIP[0]) * SCALE), round((y - STRIP[1]) * SCALE)


@cache
def _blank() -> Plane:
    """Return the darkness of the strip as it's printed, where nobody has written."""
    printed = cv2.imread(str(BLANK), cv2.IMREAD_GRAYSCALE)
    if printed is None:
        raise FileNotFoundError(BLANK)
    return np.asarray(1 - printed / 255, np.float32)


def _printed(darkness: Plane) -> tuple[npt.NDArray[np.bool_], set[int]]:
    """Return what of the strip is printed there, and the rows whose ring isn't seen.

    Each ring is looked for where it lies on this page, which may be bent; where ink covers one,
    its neighbours tell. Raises NotRead where too few are seen.
    """
    shifts = np.array([_shift(darkness, row) for row in range(len(layout.RINGS))])
    rows = np.flatnonzero(shifts[:, 2] > LIKE)
    if len(rows) < LEAST_SEEN or np.abs(shifts[rows, :2]).max() > MOST_ASTRAY * SCALE:
        raise NotRead(Trouble.NOT_FLAT)
    # One that lies far from how the others lie was something else, or the paper has a fold.
    way = np.polynomial.polynomial.polyfit(rows, shifts[rows, :2], 2)
    off = np.abs(np.polynomial.polynomial.polyval(rows, way).T - shifts[rows, :2]).max(axis=1)
    is_off = off > MOST_OFF * SCALE
    if (shifts[rows[is_off], 2] > SURELY_LIKE).any() or (~is_off).sum() < LEAST_SEEN:
        raise NotRead(Trouble.NOT_FLAT)
    rows = rows[~is_off]
    around = round(REACH * SCALE)
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * GROWN + 1, 2 * GROWN + 1))
    printed = np.zeros(darkness.shape, np.uint8)
    for row in range(len(layout.RINGS)):
        x, y = _middle(row)
        ring = _blank()[y - around : y + around, x - around : x + around] > INK
        x += round(float(np.interp(row, rows, shifts[rows, 0])))
        y += round(float(np.interp(row, rows, shifts[rows, 1])))
        part = printed[y - around : y + around, x - around : x + around]
        np.maximum(part, cv2.dilate(ring.astype(np.uint8), pen), out=part)
    return printed.astype(bool), set(range(len(layout.RINGS))) - set(rows.tolist())


def _shift(darkness: Plane, row: int) -> tuple[int, int, float]:
    """Return by how many pixels a ring lies off its place, and how like itself it looks there."""
    x, y = _middle(row)
    near, far = round(RING * SCALE), round((RING + STRAY) * SCALE)
    printed = _blank()[y - near : y + near, x - near : x + near]
    around = np.clip(darkness[y - far : y + far, x - far : x + far], 0, 1)
    likeness = cv2.matchTemplate(around, printed, cv2.TM_CCOEFF_NORMED)
    _least, most, _where, (right, below) = cv2.minMaxLoc(likeness)
    return right - (far - near), below - (far - near), most


def _areas(
    drawn: npt.NDArray[np.bool_], over: npt.NDArray[np.bool_]
) -> tuple[list[float], set[int]]:
    """Return how many square millimetres of each row are drawn on, and the rows that share ink.

    A stroke goes on where it is `over` what is printed, but doesn't count there. What is drawn in
    one go belongs to the row whose ring it goes around or comes nearest to. If it reaches over
    two, each must be circled by itself; else nobody can tell which was meant.
    """
    strokes = drawn.astype(np.uint8)
    linked = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((LINK, LINK), np.uint8))
    beside = cv2.dilate(strokes, np.ones((ACROSS, ACROSS), np.uint8))
    linked = cv2.bitwise_or(linked, cv2.bitwise_and(beside, over.astype(np.uint8)))
    count, labels, boxes, _centres = cv2.connectedComponentsWithStats(linked)
    labels[~drawn] = 0
    inked = np.bincount(labels.ravel(), minlength=count) / SCALE**2
    middles = [_middle(row) for row in range(len(layout.RINGS))]
    areas, spanned = [0.0] * len(middles), set[int]()
    for label in range(1, count):
        if inked[label] < DUST:
            continue
        left, top, width, height, _area = boxes[label]
        inside = [
            row
            for row, (x, y) in enumerate(middles)
            if left <= x <= left + width and top <= y <= top + height
        ]
        if len(inside) < 2:
            off = [abs(y - (top + height / 2)) / SCALE for _x, y in middles]
            near = int(np.argmin(off))
            areas[near] += float(inked[label])
            if inked[label] < NO_MARK:
                continue
            if off[near] > MOST_ASIDE:
                # It stands between two.
                spanned |= {row for row, away in enumerate(off) if away < layout.PITCH}
            elif not _touches(boxes[label], middles[near]):
                # The end of a shadow, perhaps.
                spanned.add(near)
        elif all(_goes_around(labels == label, row, inside) for row in inside):
            for row in inside:
                areas[row] += float(inked[label]) / len(inside)
        else:
            spanned |= set(inside)
    return areas, spanned


def _touches(box: npt.NDArray[np.int32], middle: tuple[int, int]) -> bool:
    """Whether a box (left, top, width, height) comes as near to a middle as its ring does."""
    (left, top, width, height), (x, y), ring = box[:4], middle, RING * SCALE
    return bool(
        left <= x + ring
        and left + width >= x - ring
        and top <= y + ring
        and top + height >= y - ring
    )


def _goes_around(inked: npt.NDArray[np.bool_], row: int, rows: list[int]) -> bool:
    """Whether ink on all sides of a row's ring parts it from the others of these rows."""
    x, y = _middle(row)
    far = round(AROUND * SCALE)
    top = max(y - far, 0)
    ys, xs = np.nonzero(inked[top : y + far])
    # Counted from what looks down, around to what looks down again.
    turned = np.arctan2(x - xs, ys - (y - top)) / (2 * np.pi) * SIDES
    sides = set(np.floor(turned).astype(int) % SIDES)
    facing = set[int]()
    if row + 1 in rows:
        facing |= {side % SIDES for side in range(-FACING, FACING)}
    if row - 1 in rows:
        facing |= {side + SIDES // 2 for side in range(-FACING, FACING)}
    return facing <= sides and len(sides) >= SIDES - MOST_OPEN

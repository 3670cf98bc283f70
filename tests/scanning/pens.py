"""Marks as people make them with a pen, drawn on a printed sheet. Lengths in millimetres."""

import math
import random
from collections.abc import Callable

import cv2
import numpy as np

Stroke = list[tuple[float, float]]
# No mark goes further from its middle than this.
REACH = 12.0
# Blue, green, red, as they look on paper.
INKS = {
    "black": (34, 28, 26),
    "blue": (150, 62, 38),
    "red": (52, 44, 188),
}


def circle(chance: random.Random) -> list[Stroke]:
    radius = chance.uniform(4.4, 6.8)
    return [_round(chance, radius, radius * chance.uniform(0.88, 1.12), 0.0)]


def ellipse(chance: random.Random) -> list[Stroke]:
    return [_round(chance, chance.uniform(5, 8.5), chance.uniform(3.8, 5.8), chance.gauss(0, 0.3))]


def tick(chance: random.Random) -> list[Stroke]:
    size = chance.uniform(5, 9)
    return [
        _line(chance, (-0.45 * size, 0.0), (-0.1 * size, 0.4 * size))
        + _line(chance, (-0.1 * size, 0.4 * size), (0.6 * size, -0.6 * size))
    ]


def cross(chance: random.Random) -> list[Stroke]:
    half, lean = chance.uniform(2.6, 4.6), chance.uniform(0.8, 1.25)
    return [
        _line(chance, (-half, -half * lean), (half, half * lean)),
        _line(chance, (half, -half * lean), (-half, half * lean)),
    ]


def scribble(chance: random.Random) -> list[Stroke]:
    half, turns = chance.uniform(2.4, 4.4), chance.randint(5, 9)
    corners = [
        ((-half if turn % 2 else half) * chance.uniform(0.8, 1.1), half * (2 * turn / turns - 1))
        for turn in range(turns + 1)
    ]
    stroke: Stroke = []
    for start, end in zip(corners, corners[1:], strict=False):
        stroke += _line(chance, start, end)
    return [stroke]


def double_circle(chance: random.Random) -> list[Stroke]:
    return [*circle(chance), *ellipse(chance)]


MARKS: dict[str, Callable[[random.Random], list[Stroke]]] = {
    "circle": circle,
    "ellipse": ellipse,
    "tick": tick,
    "cross": cross,
    "scribble": scribble,
    "double circle": double_circle,
}


def draw(
    page: np.ndarray,
    at: tuple[float, float],
    mark: str,
    ink: str,
    scale: float,
    chance: random.Random,
) -> None:
    """Draw a mark on a page, in place; `scale` in pixels a millimetre."""
    x, y = at[0] + chance.gauss(0, 0.6), at[1] + chance.gauss(0, 0.6)
    width = chance.uniform(0.35, 0.9)
    left, top = int((x - REACH) * scale), int((y - REACH) * scale)
    side = int(2 * REACH * scale)
    part = page[top : top + side, left : left + side]
    layer = np.zeros(part.shape[:2], np.uint8)
    for stroke in MARKS[mark](chance):
        points = [((x + dx) * scale - left, (y + dy) * scale - top) for dx, dy in stroke]
        cv2.polylines(
            layer,
            [(np.array(points) * 16).astype(np.int32)],
            isClosed=False,
            color=255,
            thickness=max(1, round(width * scale)),
            lineType=cv2.LINE_AA,
            shift=4,
        )
    cover = (layer.astype(np.float32) / 255 * chance.uniform(0.78, 1.0))[:, :, None]
    colour = np.array([min(255, tone + chance.randint(-14, 14)) for tone in INKS[ink]], np.float32)
    # Ink lies on what is printed: it never makes it lighter.
    inked = np.minimum(part.astype(np.float32), colour)
    part[:] = (part * (1 - cover) + inked * cover).astype(np.uint8)


def _round(chance: random.Random, across: float, up: float, lean: float) -> Stroke:
    """Go around once, from anywhere; ends meet, overlap, or nearly meet."""
    start, swept = chance.uniform(0, 2 * math.pi), math.radians(chance.uniform(335, 430))
    wobble = [chance.gauss(0, 0.05) for _part in range(4)]
    stroke = []
    for step in range(73):
        angle = start + swept * step / 72
        off = 1 + sum(part * math.sin((n + 2) * angle) for n, part in enumerate(wobble)) / 2
        off += 0.0018 * step * wobble[0]
        dx, dy = across * off * math.cos(angle), up * off * math.sin(angle)
        stroke.append(
            (dx * math.cos(lean) - dy * math.sin(lean), dx * math.sin(lean) + dy * math.cos(lean))
        )
    return stroke


def _line(chance: random.Random, start: tuple[float, float], end: tuple[float, float]) -> Stroke:
    """Go from one point to another, as a hand does: not quite straight."""
    bend = chance.gauss(0, 0.06)
    (x, y), (to_x, to_y) = start, end
    along_x, along_y = to_x - x, to_y - y
    return [
        (
            x + along_x * part - along_y * bend * math.sin(math.pi * part),
            y + along_y * part + along_x * bend * math.sin(math.pi * part),
        )
        for part in (step / 12 for step in range(13))
    ]

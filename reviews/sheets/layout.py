"""Where things stand on a factor sheet, in millimetres; the same on all sheets, A4 and Letter.

The origin is the centre of the north-west marker, x to the right, y down. The style sheet
`css/pdf/sheet.css` sets the page by these figures, and a test compares the two.
"""

from scorecards.factors import Factor

# Between the centres of the markers.
WIDTH, HEIGHT = 188.0, 255.0
MARKER = 12.0

# The rings around the thirteen numbers, one under another.
RING_X, FIRST_RING_Y, PITCH = 16.5, 49.5, 15.0
RING_RADIUS = 3.85
RINGS = tuple((RING_X, FIRST_RING_Y + PITCH * row) for row in range(len(Factor)))

# The square code: its left, its top, its side.
CODE_X, CODE_Y, CODE = 159.0, -6.0, 16.0

"""The provider's colour, and the two that follow from it. Pure arithmetic (WCAG 2.2, 1.4.3)."""

RGB = tuple[int, int, int]
LEAST_CONTRAST = 4.5


def parse(colour: str) -> RGB:
    """Return the red, green and blue of "#rrggbb", 0 to 255 each."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(colour: str, other: str, share: float) -> str:
    """Return `colour` with `share` (0..1) of `other` in it, as "#rrggbb"."""
    pairs = zip(parse(colour), parse(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def contrast_on_white(colour: str) -> float:
    """Return the contrast of a colour on white, 1 (none) to 21 (black)."""
    channels = [value / 255 for value in parse(colour)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def style_sheet(accent: str) -> str:
    """Return the style sheet that puts the provider's accent in the place of ours."""
    deep, wash = mix(accent, "#000000", 0.28), mix(accent, "#ffffff", 0.9)
    red, green, blue = parse(accent)
    return (
        ':root,[data-bs-theme="light"]{'
        f"--vr-accent:{accent};--vr-accent-deep:{deep};--vr-accent-wash:{wash};"
        f"--bs-primary-rgb:{red},{green},{blue};--bs-link-color-rgb:{red},{green},{blue}"
        "}"
    )

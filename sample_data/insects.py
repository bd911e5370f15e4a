"""Three beetles and a caterpillar cross a patch of sandy soil, under a leaf and blades of grass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from paint import Canvas, blurred, rgb, smooth
from stage import Bend, Layer, Pose, Ripple, Scene, Shear

SIZE, FRAMES = (512, 384), 80
Path = Callable[[float], tuple[float, float, float, float]]
SUN = (5.0, 6.5)  # how far shadows fall


def walk(start: tuple[float, float], speed: float, heading: Callable[[np.ndarray], np.ndarray], scale: float) -> Path:
    """A walk that begins at `start` and follows a heading, with the sway of six legs."""
    fine = np.arange(-160, (FRAMES + 10) * 16) / 16
    angle = heading(fine)
    pace = speed * (1 + 0.18 * np.sin(fine * 0.55 + start[0]))
    x, y = np.cumsum(pace * np.cos(angle)) / 16, np.cumsum(pace * np.sin(angle)) / 16
    x, y = x - x[160] + start[0], y - y[160] + start[1]
    turned = angle + 0.05 * np.sin(fine * 0.9)

    def path(t: float) -> tuple[float, float, float, float]:
        return (float(np.interp(t, fine, x)), float(np.interp(t, fine, y)), float(np.interp(t, fine, turned)), scale)

    return path


def shadowed(path: Path, reach: float = 1.0) -> Pose:
    """The path of the shadow."""
    return Pose(lambda t: (path(t)[0] + SUN[0] * reach, path(t)[1] + SUN[1] * reach, *path(t)[2:]))


def soil() -> Layer:
    canvas = Canvas((-8, -8, SIZE[0] + 8, SIZE[1] + 8), 2, "#a98f6c")
    canvas.shine(1 + 0.10 * canvas.clouds(90, 1) + 0.07 * canvas.clouds(12, 11) + 0.06 * canvas.noise(1.6, 21))
    moss = smooth(0.5, 1.7, canvas.clouds(110, 31))
    canvas.lay(0.55 * moss, rgb("#6f7a45") * (1 + 0.25 * canvas.noise(2.5, 33))[..., None])
    rng = np.random.default_rng(5)
    for _ in range(330):
        pebble(canvas, rng)
    for _ in range(70):
        u, v = rng.uniform((0, 0), SIZE)
        angle, length = rng.uniform(0, np.pi), rng.uniform(8, 34)
        along = np.linspace(-0.5, 0.5, 5)
        bow = rng.uniform(-3, 3) * (along**2) * 4
        path = np.stack([u + length * along * np.cos(angle) - bow * np.sin(angle),
                         v + length * along * np.sin(angle) + bow * np.cos(angle)], -1)
        stroke(canvas, np.add(path, (1.2, 1.6)), 1.9, "#3a2c1c", 0.45)
        stroke(canvas, path, 1.3, ["#d9c48e", "#b59a5e", "#8d6f42"][rng.integers(3)], 1.0)
    return canvas.layer("soil", [], points=5)


def pebble(canvas: Canvas, rng: np.random.Generator) -> None:
    u, v = rng.uniform((0, 0), SIZE)
    a = 1.2 + 5.5 * rng.random() ** 4
    window = canvas.part(u, v, 2.5 * a + 3)
    if not window.u.size:
        return
    shape = (a, a * rng.uniform(0.6, 0.95), rng.uniform(0, np.pi))
    window.lay(0.5 * window.soft(window.ellipse(u + 0.3 * a, v + 0.4 * a, *shape), 1.2), "#2e2418")
    mask = window.soft(window.ellipse(u, v, *shape))
    tone = rgb(["#8f8578", "#b8a78c", "#6d655c", "#c9bfae", "#9c6f52"][rng.integers(5)])
    light = 1 + 0.35 * (-(window.u - u) - (window.v - v)) / (2 * a)
    window.lay(mask, tone * light[..., None])


def stroke(canvas: Canvas, path: np.ndarray, width: float, colour: str, strength: float) -> None:
    centre = path.mean(0)
    window = canvas.part(*centre, float(np.abs(path - centre).max()) + 4)
    if window.u.size:
        window.lay(strength * window.soft(window.line(path, width)), colour)


def dome(canvas: Canvas, distance: np.ndarray, depth: float) -> np.ndarray:
    """Brightness of a rounded body: darker towards its edge."""
    return 0.45 + 0.6 * smooth(0, depth, -distance)


def elytra(canvas: Canvas, colour: str, edge: str) -> np.ndarray:
    """The wing cases, and everything that beetles share; returns their mask."""
    body = canvas.ellipse(-6, 0, 29, 22.5)
    canvas.lay(canvas.soft(canvas.ellipse(31.5, 0, 6.5, 7.5)), "#1c1713")
    for side in (-1, 1):
        canvas.lay(canvas.soft(canvas.ellipse(33, side * 5.6, 2.6, 2.6)), "#0a0808")
        canvas.glow(0.5 * canvas.soft(canvas.ellipse(33.6, side * 5.9, 0.8, 0.8), 0.6))
    thorax = canvas.ellipse(21, 0, 9.5, 15.5)
    canvas.lay(canvas.soft(thorax), edge)
    canvas.shine(1 - canvas.soft(thorax) * (1 - dome(canvas, thorax, 6)))
    mask = canvas.soft(body)
    canvas.lay(mask, colour)
    return mask


def polish(canvas: Canvas, mask: np.ndarray, seed: int, gloss: float) -> Canvas:
    """Seam, fine pits, rounding and the light of the sky on the wing cases."""
    body = canvas.ellipse(-6, 0, 29, 22.5)
    canvas.shine(1 + mask * (0.05 * canvas.noise(1.3, seed) + 0.06 * canvas.noise(5, seed + 1)))
    canvas.lay(0.85 * mask * canvas.soft(np.abs(canvas.v) - 0.35, 0.7) * (canvas.u < 14), "#120c08")
    canvas.shine(1 - mask * (1 - dome(canvas, body, 15)))
    for side in (-1, 1):
        light = np.exp(-(((canvas.u + 2) / 11) ** 2 + ((canvas.v - side * 9.5) / 3.4) ** 2))
        canvas.glow(gloss * mask * light, "#fff6e8")
    return canvas


def body_canvas() -> Canvas:
    return Canvas((-38, -26, 42, 26), 3)


def ladybird() -> Canvas:
    canvas = body_canvas()
    mask = elytra(canvas, "#c8321c", "#17120f")
    for side in (-1, 1):
        canvas.lay(canvas.soft(canvas.ellipse(24, side * 10.5, 4.5, 3.5)), "#f0e6d2", solid=False)
        for u, v, r in ((6, 9, 4.2), (-8, 14, 4.6), (-12, 5.5, 3.8), (-23, 9.5, 3.9), (-1, 17.5, 2.4)):
            canvas.lay(mask * canvas.soft(canvas.ellipse(u, side * v, r * 1.1, r)), "#15100e")
    canvas.lay(mask * canvas.soft(canvas.ellipse(13, 0, 5.5, 3.6)), "#15100e")
    return polish(canvas, mask, 70, 0.34)


def chafer() -> Canvas:
    canvas = body_canvas()
    mask = elytra(canvas, "#2f8a3c", "#23692f")
    hue = smooth(-30, 22, canvas.u + 5 * canvas.noise(9, 80))
    canvas.lay(0.55 * mask * hue, "#8aa22c")
    canvas.lay(0.4 * mask * (1 - hue), "#0f6f68")
    for v in (5, 10, 15):
        for side in (-1, 1):
            canvas.shine(1 - 0.28 * mask * canvas.soft(np.abs(canvas.v - side * v - 0.02 * canvas.u) - 0.3, 0.8))
    rng = np.random.default_rng(81)
    for u, v in rng.uniform((-30, -19), (10, 19), (34, 2)):
        fleck = canvas.ellipse(u, v, rng.uniform(0.7, 2.2), rng.uniform(0.5, 1.2), rng.uniform(0, 3))
        canvas.lay(0.9 * mask * canvas.soft(fleck), "#efe9cf")
    for u, v in rng.uniform((15, -11), (27, 11), (9, 2)):
        canvas.lay(0.8 * canvas.soft(canvas.ellipse(u, v, 0.9, 0.8)), "#e6e2b8", solid=False)
    return polish(canvas, mask, 82, 0.38)


def potato_beetle() -> Canvas:
    canvas = body_canvas()
    mask = elytra(canvas, "#e9b944", "#d8802a")
    for v in (2.6, 6.8, 11, 15.2, 19.4):
        for side in (-1, 1):
            bow = side * v * np.sqrt(np.clip(1 - ((canvas.u + 6) / 31) ** 2, 0.05, 1))
            canvas.lay(mask * canvas.soft(np.abs(canvas.v - bow) - 1.05), "#1b1411")
    rng = np.random.default_rng(91)
    for u, v in rng.uniform((15, -11), (27, 11), (13, 2)):
        spot = canvas.ellipse(u, v, rng.uniform(0.8, 2), rng.uniform(0.7, 1.4))
        canvas.lay(canvas.soft(spot), "#1b1411", solid=False)
    return polish(canvas, mask, 92, 0.26)


def limb(length: float, thick: float, thin: float, colour: str) -> Canvas:
    """A tapered piece of leg along u, from 0 to its length."""
    canvas = Canvas((-4, -4, length + 4, 4), 4)
    along = np.clip(canvas.u / length, 0, 1)
    half = (thick + (thin - thick) * along) / 2 * (1 + 0.25 * np.sin(along * np.pi))
    distance = np.hypot(canvas.u - along * length, canvas.v) - half
    canvas.lay(canvas.soft(distance), colour)
    canvas.shine(0.65 + 0.7 * smooth(0, thick / 2, -distance) + 0.10 * canvas.noise(1.5, int(length)))
    return canvas


class Legs:
    """Six legs in a tripod gait; a foot on the ground stays where it stands."""

    def __init__(self, path: Path, period: float) -> None:
        self.path, self.period, self.body = path, period, Pose(path)

    def foot(self, t: float, rest: np.ndarray, phase: float) -> np.ndarray:
        cycle = t / self.period + phase
        step, part_of_step = np.floor(cycle), cycle % 1
        here, there = (self.body.forward(rest, (step + k + 0.3 - phase) * self.period) for k in (0, 1))
        return here + (there - here) * smooth(0.6, 1, part_of_step)

    def joints(self, t: float, row: int, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Hip, knee and foot in the picture."""
        scale = self.path(t)[3]
        hip = self.body.forward(np.array([(17.0, 6.0, -7.0)[row], side * 13.0]), t)
        rest = np.array([(33.0, 5.0, -29.0)[row], side * (30.0, 38.0, 32.0)[row]])
        foot = self.foot(t, rest, ((row + (side > 0)) % 2) / 2)
        upper, lower = 16 * scale, 19 * scale
        reach = np.clip(np.hypot(*(foot - hip)), 4, upper + lower - 0.5)
        direction = (foot - hip) / max(np.hypot(*(foot - hip)), 1e-6)
        lift = np.arccos(np.clip((upper**2 + reach**2 - lower**2) / (2 * upper * reach), -1, 1))
        turn = side * (-lift if row < 2 else lift)
        c, s = np.cos(turn), np.sin(turn)
        knee = hip + upper * np.array([c * direction[0] - s * direction[1], s * direction[0] + c * direction[1]])
        return hip, knee, hip + direction * reach

    def pose(self, row: int, side: int, joint: int) -> Path:
        def of(t: float) -> tuple[float, float, float, float]:
            joints = self.joints(t, row, side)
            a, b = joints[joint], joints[joint + 1]
            return (a[0], a[1], float(np.arctan2(b[1] - a[1], b[0] - a[0])), self.path(t)[3])

        return of


def beetle(name: str, canvas: Canvas, path: Path, colour: str, points: int) -> list[Layer]:
    """Shadow, legs, feelers and body, from back to front."""
    legs = Legs(path, 9.0)
    body = Pose(path)
    pieces = [limb(16, 4.6, 3.6, colour), limb(19, 3.4, 1.4, colour)]
    shadows, limbs = [canvas.shadow([shadowed(path)], 2.6, opacity=0.55)], []
    for row in (0, 1, 2):
        for side in (-1, 1):
            for joint in (1, 0):
                pose = legs.pose(row, side, joint)
                shadows.append(pieces[joint].shadow([shadowed(pose, 0.55)], 1.0, opacity=0.4))
                wanted = 1 if (row, joint) in ((0, 1), (2, 1), (1, 0)) and side > 0 else 0
                limbs.append(pieces[joint].layer(f"{name}/leg", [Pose(pose)], points=wanted))
    feeler = limb(15, 1.8, 1.2, colour)
    for side in (-1, 1):
        def swing(t: float, side: int = side) -> tuple[float, float, float, float]:
            return (35.0, side * 4.0, side * (0.55 + 0.16 * np.sin(t * 0.7 + side + path(0)[0])), 1.0)

        limbs.append(feeler.layer(f"{name}/feeler", [Pose(swing), body]))
    return [*shadows, *limbs, canvas.layer(f"{name}/body", [body], points=points)]


def caterpillar() -> list[Layer]:
    canvas = Canvas((-64, -14, 68, 14), 3)
    belly = 9.2 + 0.9 * np.cos(canvas.u * 2 * np.pi / 11)
    distance = np.hypot(np.maximum(np.abs(canvas.u) - 50, 0), canvas.v) - belly
    mask = canvas.soft(distance)
    rng = np.random.default_rng(41)
    for u in np.arange(-54, 56, 1.6):
        side = rng.choice((-1, 1))
        tip = (u + rng.uniform(-3, 3), side * rng.uniform(11, 13.6))
        canvas.lay(0.6 * canvas.soft(canvas.line([(u, 0), tip], 0.4)), "#3b3424")
    canvas.lay(mask, "#9db83a")
    canvas.lay(mask * canvas.soft(np.abs(canvas.v) - 2.2), "#e8dc6a")
    ring = 0.5 + 0.5 * np.cos(canvas.u * 2 * np.pi / 11)
    canvas.shine(1 - 0.5 * mask * (1 - ring) ** 6)
    for k, u in enumerate(np.arange(-49.5, 50, 11)):
        for side in (-1, 1):
            canvas.lay(mask * canvas.soft(canvas.ellipse(u, side * 5.2, 2.4, 1.9)), "#20180f")
            canvas.lay(mask * canvas.soft(canvas.ellipse(u + 0.6, side * 5.2, 1.0, 0.8)), "#e2662c")
        mole = canvas.ellipse(u + 5, rng.uniform(-2, 2), 0.9, 0.9)
        canvas.lay(mask * canvas.soft(mole), "#5b6d1c" if k % 2 else "#803a1c")
    head = canvas.ellipse(56, 0, 7.5, 7.8)
    canvas.lay(canvas.soft(head), "#7c3a1d")
    for side in (-1, 1):
        canvas.lay(canvas.soft(canvas.ellipse(59.5, side * 3.4, 1.7, 1.4)), "#140d08", solid=False)
    whole = np.minimum(distance, head)
    canvas.shine(0.5 + 0.6 * smooth(0, 7.5, -whole) + 0.06 * canvas.noise(1.2, 43))
    canvas.glow(0.12 * np.exp(-(((canvas.v + 3) / 1.6) ** 2)) * mask, "#ffffee")

    def crawl(t: float) -> tuple[float, float, float, float]:
        return (92 + 1.55 * t, 92 + 5 * np.sin(t * 0.05), 0.10 + 0.10 * np.sin(t * 0.06), 0.95)

    chain = [Ripple(lambda u, t: 2.3 * np.sin(u * 2 * np.pi / 44 - t * 0.5)),
             Shear(1, lambda u, t: 2.4 * np.sin(u * 2 * np.pi / 90 + t * 0.22)),
             Bend(lambda t: 0.0105 * np.sin(0.075 * t - 0.6)), Pose(crawl)]
    shadow = canvas.shadow([*chain[:-1], shadowed(crawl, 0.8)], 2.2, opacity=0.55)
    return [shadow, canvas.layer("caterpillar", chain, points=11)]


def dead_leaf() -> list[Layer]:
    canvas = Canvas((-80, -48, 84, 48), 2.5)
    along = np.clip((canvas.u + 72) / 140, 0, 1)
    ragged = 1 + 0.05 * np.sin(canvas.u * 0.45) + 0.04 * canvas.noise(7, 51)
    width = 43 * np.sin(np.pi * along**0.85).clip(0) ** 0.8 * ragged
    middle = 5 * np.sin(canvas.u * 0.025)
    distance = np.abs(canvas.v - middle) - width
    canvas.lay(canvas.soft(distance) * (np.abs(canvas.u + 2) < 70), "#a4602a")
    canvas.lay(canvas.soft(canvas.line([(64, 5), (82, 9)], 2.6)), "#7d4a20")
    canvas.shine(1 + 0.13 * canvas.clouds(30, 53) + 0.07 * canvas.noise(2, 57))
    canvas.lay(0.5 * smooth(0.6, 1.6, canvas.clouds(22, 58)), "#5d3317", solid=False)
    ribs = np.abs(canvas.v - middle) - 1.0
    for u in np.arange(-60, 62, 15.0):
        for side in (-1, 1):
            path = [(u, 5 * np.sin(u * 0.025)), (u + 16, side * 17 + 4), (u + 26, side * 44)]
            ribs = np.minimum(ribs, canvas.line(path, 1.0))
    canvas.shine(1 - 0.3 * canvas.soft(ribs - 0.9, 2.0))
    canvas.lay(0.8 * canvas.soft(ribs), "#d39a58", solid=False)
    for u, v, r in ((-30, 18, 5), (24, -20, 6.5), (36, 12, 3.6), (-8, -24, 3)):
        hole = canvas.ellipse(u, v, r, r * 0.8, u)
        canvas.lay(canvas.soft(hole - 1.6), "#5d3417", solid=False)
        canvas.alpha *= 1 - canvas.soft(hole)

    def lie(t: float) -> tuple[float, float, float, float]:
        return (396.0, 246.0, -0.62 + 0.012 * np.sin(t * 0.21), 1.12)

    return [canvas.shadow([shadowed(lie, 1.2)], 3.5, opacity=0.6), canvas.layer("leaf", [Pose(lie)], points=4)]


def grass(seed: int, foot: tuple[float, float], lean: float, length: float) -> list[Layer]:
    """A thin blade that stands above everything and sways."""
    canvas = Canvas((-12, -length, 12, 2), 3)
    height = np.clip(-canvas.v / length, 0, 1)
    middle = 7 * height**2
    half = 3.1 * (1 - height) ** 0.7 + 0.15
    distance = np.abs(canvas.u - middle) - half
    canvas.lay(canvas.soft(distance) * (canvas.v < 0), "#6f9a35")
    canvas.shine(0.75 + 0.45 * height + 0.2 * np.clip(canvas.u - middle, -2, 2) / 2 + 0.08 * canvas.noise(4, seed))
    canvas.shine(1 - 0.25 * canvas.soft(np.abs(canvas.u - middle) - 0.4, 0.8))

    def sway(v: np.ndarray, t: float) -> np.ndarray:
        return (v / length) ** 2 * (5 * np.sin(t * 0.16 + seed) + 2 * np.sin(t * 0.37 + 2 * seed))

    def stand(t: float) -> tuple[float, float, float, float]:
        return (*foot, lean, 1.0)

    chain = [Shear(0, sway), Pose(stand)]
    blade = canvas.layer("grass", chain, points=0)
    soft = Layer(blade.name, blurred(blade.texture, 1.2), blade.origin, blade.density, chain)
    return [canvas.shadow([chain[0], shadowed(stand, 2.2)], 2.5, opacity=0.35), soft]


def vignette(picture: np.ndarray) -> np.ndarray:
    h, w = picture.shape[:2]
    x, y = np.linspace(-1, 1, w), np.linspace(-1, 1, h)[:, None]
    fall = 1.06 - 0.20 * (x**2 + y**2)
    tone = np.clip(picture * fall[..., None], 0, 1)
    return (tone + 0.10 * (tone * (1 - tone) * (2 * tone - 1)) * 4).astype(np.float32)


def scene() -> Scene:
    lady = walk((-34, 290), 4.7, lambda t: -0.16 + 0.42 * np.sin(t * 0.052), 0.86)
    green = walk((474, 150), 5.0, lambda t: 2.52 + 0.5 * np.sin(t * 0.047 + 0.4) - 0.006 * t, 1.12)
    striped = walk((330, 424), 4.3, lambda t: -1.75 + 0.55 * np.sin(t * 0.06 + 0.8), 0.78)
    layers = [
        soil(),
        *caterpillar(),
        *beetle("ladybird", ladybird(), lady, "#241a14", 9),
        *beetle("potato beetle", potato_beetle(), striped, "#5a2e16", 8),
        *beetle("chafer", chafer(), green, "#2c4a26", 9),
        *dead_leaf(),
        *grass(3, (196, 400), 0.42, 190), *grass(8, (222, 402), 0.10, 150), *grass(13, (60, 396), -0.25, 120),
        *grass(17, (505, 120), -2.2, 150),
    ]
    return Scene("insects", SIZE, FRAMES, (25, 1), layers, 2.0, vignette)

"""Flat clips of pictures: a talking face, prints on a wall that a hand-held camera pans over, a patterned cloth."""

from __future__ import annotations

import numpy as np

from .camera import sway
from .film import Sensor
from .flats import Flat, Push, disc, page
from .texture import Canvas, Floats, photo, rgb, smooth, tiled, tinted

from stage import Layer, Pose, Scene, Shear  # isort: skip


def worn(name: str, picture: Floats, width: float, chain: list, points: int = 0) -> Layer:
    """A photograph as a layer, centred on the origin and `width` units wide."""
    h, w = picture.shape[:2]
    density = (w - 1) / width
    texture = np.concatenate([picture, np.ones((h, w, 1), np.float32)], -1)
    return Layer(name, texture, (-width / 2, -(h - 1) / density / 2), density, tuple(chain), points=points)


def face() -> Flat:
    """A drawn face talks, blinks, looks about and nods; a hand passes in front of it."""
    shake = sway(211, (7, 5, 0.05), 55)
    nod = Pose(lambda t: (128 + shake(t)[0], 122 + shake(t)[1], shake(t)[2], 1 + 0.03 * np.sin(0.1 * t)))
    skin = [Push((0, 50), (26, 16), lambda t: (0, 9 * _speech(t))), Push((-24, 30), (12, 12), lambda t: (-4 * _smile(t),
            -3 * _smile(t))), Push((24, 30), (12, 12), lambda t: (4 * _smile(t), -3 * _smile(t))),
            Push((0, -38), (34, 9), lambda t: (0, -4 * np.sin(0.16 * t) ** 3)), nod]
    wall = worn("wall", tinted(photo("brick"), "#a08c7c", 0.8), 330, [Pose(lambda t: (128, 128, 0.02, 1))], 7)
    layers = [wall, _jacket(nod)]
    layers += [_mouth(nod), *_eyes(nod), _skin(skin), _hair(nod), *_hand()]
    return Flat(Scene("face", (256, 256), 96, (25, 1), layers, 0), Sensor(2.2))


def _speech(t: float) -> float:
    """How far the mouth is open, 0 … 1."""
    return float(np.clip(0.45 + 0.35 * np.sin(0.62 * t) + 0.35 * np.sin(0.37 * t + 1), 0, 1) * smooth(0, 8, t))


def _smile(t: float) -> float:
    return float(0.5 + 0.5 * np.sin(0.09 * t))


def _skin(chain: list) -> Layer:
    """The head with holes for eyes and mouth, freckles and wrinkles."""
    work, rng = Canvas((-70, -84, 70, 84), 2.5), np.random.default_rng(212)
    head = np.minimum(work.ellipse(0, -10, 56, 66), work.ellipse(0, 22, 46, 56))
    work.lay(work.soft(head, 1.5), "#c99a7c")
    work.lay(0.5 * work.soft(work.ellipse(-28, 22, 14, 11), 12), "#c8705c", solid=False)
    work.lay(0.5 * work.soft(work.ellipse(28, 22, 14, 11), 12), "#c8705c", solid=False)
    for side in (-1, 1):
        brow = work.line([(side * 12, -31), (side * 24, -36), (side * 36, -31)], 5)
        work.lay(0.85 * work.soft(brow + 0.8 * work.noise(1.5, 213), 1), "#4a2f20", solid=False)
        work.shine(1 - 0.25 * work.soft(np.abs(work.ellipse(side * 24, -18, 15, 9)) - 0.7, 1))
        work.shine(1 - 0.35 * work.soft(work.ellipse(side * 5, 15, 2.6, 1.8), 1.5))
    work.shine(1 - 0.18 * work.soft(work.line([(-6, -20), (-9, 8), (-5, 14)], 1.5), 2))
    work.lay(0.9 * work.soft(work.ellipse(0, 36, 21, 8.5), 1.2), "#b0524a", solid=False)
    for _ in range(110):
        u, v = rng.normal((0, 2), (28, 24))
        work.part(u, v, 4).lay(0.6 * _spot(work.part(u, v, 4), u, v, rng.uniform(0.5, 1.4)), "#8a5638", solid=False)
    work.shine(0.72 + 0.36 * smooth(0, 40, -head) + 0.05 * work.clouds(16, 214) + 0.04 * work.noise(1.4, 215))
    work.shine(1 - 0.0035 * np.clip(work.u + 10, 0, 60))
    holes = np.minimum(np.minimum(work.ellipse(-24, -18, 11.5, 5.2), work.ellipse(24, -18, 11.5, 5.2)),
                       work.ellipse(0, 37, 15, 2.6))
    work.alpha *= 1 - work.soft(holes)
    return work.layer("face", chain, points=26)


def _spot(work: Canvas, u: float, v: float, r: float) -> Floats:
    return work.soft(work.ellipse(u, v, r, r), 0.8) if work.u.size else np.zeros(work.u.shape, np.float32)


def _eyes(nod: Pose) -> list[Layer]:
    """Eyeballs that look about, and lids that are seen through the holes of the face when they come down."""
    layers = []
    for side in (-1, 1):
        ball = disc(16, 4)
        ball.lay(ball.soft(ball.ellipse(0, 0, 15, 12)), "#e8e2da")
        ball.lay(ball.soft(ball.ellipse(0, 0, 5, 5)), "#4a6a52")
        ball.shine(1 + 0.2 * ball.noise(1.2, 216) * ball.soft(ball.ellipse(0, 0, 5, 5)))
        ball.lay(ball.soft(ball.ellipse(0, 0, 2.3, 2.3)), "#0c0a0a")
        ball.lay(ball.soft(ball.ellipse(1.6, -1.6, 0.9, 0.9)), "#ffffff")
        gaze = Pose(lambda t, side=side: (24 * side + 4 * np.tanh(3 * np.sin(0.13 * t)), -18 + np.sin(0.2 * t), 0, 1))
        lid = disc(16, 4)
        lid.lay(lid.soft(lid.box(0, 0, 15, 9, 2)), "#b4866a")
        lid.shine(1 + 0.05 * lid.noise(2, 217) - 0.5 * lid.soft(np.abs(lid.v - 8.2) - 0.7))
        blink = Pose(lambda t, side=side: (24 * side, -34 + 15 * _blink(t), 0, 1))
        layers += [ball.layer(f"eye {side}", [gaze, nod], points=3), lid.layer("lid", [blink, nod])]
    return layers


def _blink(t: float) -> float:
    """0 open, 1 shut."""
    return float(max(np.exp(-(((t - when) / 2.6) ** 4)) for when in (14, 41, 62, 84)))


def _mouth(nod: Pose) -> Layer:
    """Teeth and tongue behind the lips."""
    work = disc(26, 4)
    work.lay(work.soft(work.ellipse(0, 4, 22, 18)), "#4a1616")
    for k in range(-3, 4):
        work.lay(work.soft(work.box(5.2 * k, -2.5, 2.4, 4, 1)), rgb("#ece4d4") * (1 - 0.05 * abs(k)))
    work.lay(work.soft(work.ellipse(0, 14, 11, 7)), "#b4544c")
    return work.layer("teeth", [Pose(lambda t: (0.0, 38.5, 0.0, 1.0)), nod], points=3)


def _hair(nod: Pose) -> Layer:
    work = Canvas((-72, -96, 72, 40), 2.5)
    shape = np.maximum(work.ellipse(0, -16, 64, 72), -work.ellipse(3, 4, 52, 56) + 2 * work.noise(8, 218))
    work.lay(work.soft(shape, 1), "#4c3020")
    flow = work.u * np.cos(work.v / 40) + 4 * work.noise(12, 219)
    work.shine(1 + 0.35 * np.sin(flow * 0.9) * np.sin(flow * 0.37 + 1) + 0.12 * work.noise(1.5, 220))
    lag = Shear(0, lambda v, t: 0.02 * (v + 20) * np.sin(0.21 * t))
    return work.layer("hair", [lag, nod], points=7)


def _jacket(nod: Pose) -> Layer:
    work = Canvas((-130, -30, 130, 90), 2)
    work.lay(work.soft(work.ellipse(0, 90, 118, 92)), "#3c4c60")
    weave = np.sin(work.u * 0.55) * np.sin(work.v * 0.55)
    work.shine(1 + 0.22 * np.tanh(3 * weave) + 0.10 * work.clouds(20, 221))
    work.lay(work.soft(work.line([(-16, 0), (0, 50), (16, 0)], 12)), "#d8d0c4", solid=False)
    for v in (56, 74):
        work.lay(work.soft(work.ellipse(0, v, 3.5, 3.5)), "#c89c3c", solid=False)
    follow = Pose(lambda t: (128 + 0.3 * (nod.of(t)[0] - 128), 190 + 0.3 * (nod.of(t)[1] - 122), 0.2 * nod.of(t)[2], 1))
    return work.layer("jacket", [follow], points=9)


def _hand() -> list[Layer]:
    """A hand that is drawn across the face twice."""
    work = Canvas((-40, -64, 40, 150), 2)
    limb = work.box(0, 80, 15, 70, 10)
    work.lay(work.soft(np.minimum(work.ellipse(0, 0, 22, 26), limb)), "#c08c6c")
    for k, (u, v) in enumerate([(-24, -38), (-9, -54), (5, -56), (19, -46)]):
        work.lay(work.soft(work.line([(-15 + 10 * k, -8), (u, v)], 9.5)), rgb("#c4906f") * (1 - 0.03 * k))
        work.lay(work.soft(work.ellipse(u, v, 2.8, 3.4)), "#dcb09c", solid=False)
    work.lay(work.soft(work.line([(18, 8), (34, -10)], 10)), "#b88464")
    work.shine(1 + 0.08 * work.clouds(9, 222) + 0.05 * work.noise(1.5, 223))
    cloth = rgb("#3c4c60") * (1 + 0.2 * np.sin(work.v))[..., None]
    work.lay(work.soft(np.maximum(limb, -work.v + 60)), cloth, solid=False)

    def pass_by(t: float) -> tuple[float, float, float, float]:
        x = 306 - 170 * smooth(14, 34, t) + 170 * smooth(38, 56, t) - 215 * smooth(60, 76, t) + 215 * smooth(80, 96, t)
        return (float(x), 150 + 8 * np.sin(0.4 * t), 0.35 * np.sin(0.3 * t), 1.0)

    return [work.layer("hand", [Pose(pass_by)], points=6)]


def pan() -> Flat:
    """A hand-held camera pans over prints on a brick wall and zooms; railings stand in front."""
    shake = sway(231, (2.5, 2.5, 0.02), 24)

    def view(t: float, depth: float = 1.0) -> tuple[float, float, float, float]:
        zoom = 1.05 + 0.4 * np.sin(0.075 * t + 0.3)
        x, y = 70 * np.sin(0.062 * t) * depth, 42 * np.sin(0.11 * t + 0.5) * depth
        return (128 - x * zoom + shake(t)[0], 128 - y * zoom + shake(t)[1], 0.05 * np.sin(0.05 * t) + shake(t)[2], zoom)

    camera = Pose(view)
    hung = [("coffee", photo("coffee"), 150, (-88, -8), 22), ("rocket", photo("rocket"), 140, (78, -20), 20)]
    layers = [worn("wall", tinted(tiled(photo("brick")[::2, ::2], 3, 2), "#b48c74", 0.8), 620, [camera], 14)]
    for name, picture, width, (x, y), points in hung:
        place = Pose(lambda t, x=x, y=y: (x, y, 0.03 * np.sign(x), 1))
        framed = np.pad(picture, ((14, 14), (14, 14), (0, 0)), constant_values=0.12)
        layers.append(worn(name, framed, width, [place, camera], points))
    layers += [_rail(k, lambda t: view(t, 1.7)) for k in range(-3, 4)]
    return Flat(Scene("pan", (256, 256), 100, (30, 1), layers, 0), Sensor(2.4))


def _rail(k: int, view) -> Layer:
    work = Canvas((-8, -330, 8, 330), 1.5)
    work.lay(work.soft(np.abs(work.u) - 5.5, 1.5), "#30443c")
    work.shine(0.6 + 0.7 * np.exp(-(((work.u + 1.5) / 2) ** 2)) + 0.12 * work.clouds(6, 232 + k))
    return work.layer(f"rail {k}", [Pose(lambda t: (92.0 * k + 30, 0.0, 0.0, 1.0)), Pose(view)], points=1)


def lattice() -> Flat:
    """A dotted cloth, the same everywhere, drifts and ripples under a grid of bars."""
    work = page(70, "#d8cdb4")
    for k, colour in enumerate(("#2f5d7c", "#b8483c")):
        du, dv = (work.u + 10 * k) % 20 - 10, (work.v + 10 * k) % 20 - 10
        work.lay(work.soft(np.hypot(du, dv) - 4.5), colour)
        work.lay(work.soft(np.abs(du) + np.abs(dv) - 1.6), "#f0e8d0")
    work.shine(1 + 0.05 * np.sin(work.u * 3.1) * np.sin(work.v * 3.1) + 0.035 * work.clouds(50, 241))
    ripple = [Shear(0, lambda v, t: 5 * np.sin(0.035 * v + 0.12 * t)), Shear(1, lambda u, t: 6 * np.sin(
        0.03 * u - 0.1 * t + 1))]
    drift = Pose(lambda t: (128 + 34 * np.sin(0.085 * t), 128 + 26 * np.sin(0.067 * t + 1), 0.14 * np.sin(0.06 * t),
                            1.05 + 0.08 * np.sin(0.09 * t)))
    centred = Pose(lambda t: (-128.0, -128.0, 0.0, 1.0))
    cloth = work.layer("cloth", [centred, *ripple, drift], points=50, shade=lambda uv, t: 1 + 0.1 * np.cos(
        0.03 * uv[..., 0] - 0.1 * t + 1))
    bars = page(60, "#48505a")
    gaps = np.maximum(np.abs(bars.u % 44 - 22), np.abs(bars.v % 44 - 22))
    bars.alpha[:] = bars.soft(19.2 - gaps)
    bars.shine(0.8 + 0.25 * smooth(17, 22, gaps) + 0.06 * bars.clouds(10, 242))
    slide = Pose(lambda t: (-18 + 16 * np.sin(0.08 * t + 2), 14 * np.sin(0.07 * t), 0.02 * np.sin(0.07 * t), 1.0))
    layers = [cloth, bars.layer("bars", [slide], points=7)]
    return Flat(Scene("lattice", (256, 256), 64, (24, 1), layers, 0), Sensor(2.0))

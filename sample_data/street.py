"""A hand-held walk past a house: washing waves on its line, a van drives behind a lamp post and a railing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from paint import Canvas, blurred, rgb, smooth
from stage import Layer, Pose, Scene, Shear

SIZE, FRAMES = (512, 288), 90
CENTRE = (SIZE[0] / 2 - 0.5, SIZE[1] / 2 - 0.5)
ROAD = 96.0  # height of the kerb below the middle of the picture


def camera(nearness: float) -> Pose:
    """How a plane moves in the picture; near ones (1 and more) pass faster than far ones."""

    def of(t: float) -> tuple[float, float, float, float]:
        x = -70 + 1.55 * t + 5.0 * np.sin(0.11 * t + 0.5) + 1.4 * np.sin(0.43 * t) + 0.6 * np.sin(0.97 * t + 2)
        y = 4.5 * np.sin(0.083 * t + 1.0) + 1.6 * np.sin(0.37 * t + 0.4) + 0.7 * np.sin(0.81 * t + 1.3)
        roll = 0.016 * np.sin(0.071 * t) + 0.005 * np.sin(0.31 * t + 1.0)
        zoom = 1.0 + (0.0009 * t + 0.012 * np.sin(0.05 * t)) * (0.35 + 0.65 * nearness)
        c, s = zoom * np.cos(roll), zoom * np.sin(roll)
        dx, dy = -nearness * x, -nearness * y
        return (CENTRE[0] + c * dx - s * dy, CENTRE[1] + s * dx + c * dy, roll, zoom)

    return Pose(of)


def at(x: float, y: float) -> Pose:
    """A fixed place on a plane."""
    return Pose(lambda t: (x, y, 0.0, 1.0))


def sky() -> Layer:
    canvas = Canvas((-330, -240, 330, 160), 1, "#8fbbe0")
    height = smooth(-200, 40, canvas.v)
    canvas.lay(0.85 * height, "#e9eee8")
    cloud = smooth(0.1, 1.5, canvas.clouds(120, 3, 5) + 0.3 * canvas.noise(200, 9))
    canvas.lay(0.8 * cloud, rgb("#ffffff") * (1 - 0.12 * smooth(0.5, 2.2, canvas.clouds(70, 17)))[..., None])
    return canvas.layer("sky", [camera(0.06)])


def roofs() -> Layer:
    canvas = Canvas((-420, -230, 460, 120), 1.5)
    rng = np.random.default_rng(23)
    u = -400.0
    while u < 450:
        half, top = rng.uniform(26, 48), rng.uniform(-128, -84)
        tone = ["#c9b39a", "#b7a9a4", "#d2c3a1", "#b99b86"][rng.integers(4)]
        canvas.lay(canvas.soft(canvas.box(u + half, top + 150, half, 120)), tone)
        slope = np.abs(canvas.u - u - half) * 0.75
        roof = np.maximum(np.maximum(top - 4 + slope - canvas.v, canvas.v - top - 31), slope - 34)
        canvas.lay(canvas.soft(roof), ["#9a5040", "#84504a", "#a5654a"][rng.integers(3)])
        canvas.shine(1 - 0.16 * canvas.soft(roof) * (0.5 + 0.5 * np.sin(canvas.v * 2.1)))
        for k in range(3):
            for row in range(3):
                place = (u + half * (0.45 + 0.55 * k), top + 46 + 22 * row)
                spot = canvas.part(*place, 9)
                pane = spot.box(*place, 4.2, 6.2)
                spot.lay(spot.soft(pane - 1.3), "#ece4d4", solid=False)
                spot.lay(spot.soft(pane), "#5d6b7a", solid=False)
        canvas.lay(canvas.soft(canvas.box(u + half * 1.4, top + 6, 3.5, 14)), "#7a4a3c")
        u += 2 * half + rng.uniform(-4, 6)
    canvas.shine(1 + 0.05 * canvas.noise(3, 24))
    canvas.lay(0.22, "#dfe6ea", solid=False)
    return canvas.layer("roofs", [camera(0.3)], points=4)


def window(wall: Canvas, u: float, v: float, shutter: str) -> None:
    """A window with shutters, a sill and flowers."""
    canvas = wall.part(u, v, 42)
    canvas.lay(0.5 * canvas.soft(canvas.box(u + 2, v + 3, 18, 27), 3), "#3d2f2a")
    frame = canvas.box(u, v, 16, 24)
    canvas.lay(canvas.soft(frame), "#efe9dc")
    for du in (-7, 7):
        for dv in (-15, 0, 15):
            glass = canvas.box(u + du, v + dv, 5.6, 6.2)
            light = 1.1 + 0.5 * smooth(-20, 20, canvas.u - u - canvas.v + v)
            canvas.lay(canvas.soft(glass), rgb("#43566a") * light[..., None])
    for side in (-1, 1):
        panel = canvas.box(u + side * 25, v, 8.4, 25)
        canvas.lay(0.5 * canvas.soft(panel - 1.6, 3), "#2c2622")
        mask = canvas.soft(panel)
        canvas.lay(mask, shutter)
        canvas.shine(1 - 0.3 * mask * smooth(0.2, 0.9, np.sin((canvas.v - v) * 2 * np.pi / 5.0)))
        canvas.shine(1 + 0.25 * mask * canvas.soft(np.abs(panel + 1.2) - 0.7))
    sill = canvas.box(u, v + 27, 19, 2.4)
    canvas.lay(0.45 * canvas.soft(sill - 3, 5), "#3d2f2a")
    canvas.lay(canvas.soft(sill), "#d8cdb8")
    rng = np.random.default_rng(round(u) + 500)
    for _ in range(70):
        leaf = canvas.ellipse(u + rng.uniform(-17, 17), v + 21 + rng.normal(0, 3), 2.2, 1.4, rng.uniform(0, 3))
        colours = ["#3f6b2f", "#5d8a3a", "#2d5226", "#d23b4a", "#e8718a", "#f2d04a"]
        canvas.lay(canvas.soft(leaf), colours[rng.integers(6)] if rng.random() < 0.6 else "#3f6b2f")


def house() -> Layer:
    canvas = Canvas((-390, -150, 420, 110), 2, "#e3b878")
    canvas.lay(smooth(-390, 40, canvas.u) * (canvas.u < 92), "#dfae74")
    canvas.lay((canvas.u >= 92).astype(float), "#c9d0c4")
    canvas.shine(1 + 0.05 * canvas.clouds(70, 61, 5) + 0.045 * canvas.noise(2, 66))
    canvas.lay(0.3 * smooth(30, 100, canvas.v + 9 * canvas.clouds(30, 67)), "#7d6a58")
    bare = smooth(1.0, 1.15, canvas.clouds(75, 167, 3) + 0.25 * smooth(0, 100, canvas.v))
    row = np.floor(canvas.v / 5)
    joint = np.minimum(canvas.v % 5, (canvas.u + 5.5 * (row % 2)) % 11)
    tone = 1 + 0.2 * np.sin(row * 12.9 + np.floor((canvas.u + 5.5 * (row % 2)) / 11) * 7.3)
    brick = rgb("#a65a40") * tone[..., None]
    canvas.lay(bare, np.where(joint[..., None] < 0.9, rgb("#c8b7a0"), brick).astype(np.float32))
    for v in (-44.0, 62.0):
        canvas.shine(1 - 0.2 * canvas.soft(np.abs(canvas.v - v - 3) - 3, 3))
        canvas.lay(canvas.soft(np.abs(canvas.v - v) - 2.2), "#efe0c4")
    canvas.lay(canvas.soft(np.abs(canvas.u - 92) - 4), "#8a7a6a")
    eaves = np.where(canvas.u > 96, -60 - canvas.v, -1)
    canvas.lay(canvas.soft(np.maximum(np.abs(canvas.v + 56) - 4, 96 - canvas.u)), "#7a6a5e")
    canvas.alpha *= canvas.soft(eaves)
    for k, u in enumerate((-330, -235, -140, -40, 45, 145, 235, 330)):
        for v in (-98, -4):
            if (v, u) not in ((-4, -235), (-4, 145)) and (v, u > 92) != (-98, True):
                window(canvas, u, v, ["#3f7f78", "#3f7f78", "#8a3f3a"][k // 3])
    door(canvas, -235, "#7a4a2c")
    door(canvas, 145, "#34566e")
    sign(canvas)
    for u, v in ((112, 22), (-106, 30), (280, 24)):
        poster(canvas, u, v)
    pipe = canvas.soft(np.abs(canvas.u + 186) - 2)
    canvas.lay(pipe, rgb("#8d9490") * (0.75 + 0.25 * np.cos((canvas.u + 186) * 1.2))[..., None])
    return canvas.layer("house", [camera(0.62)], points=11)


def door(wall: Canvas, u: float, colour: str) -> None:
    canvas = wall.part(u, 50, 80)
    shape = np.minimum(canvas.box(u, 60, 19, 60), canvas.ellipse(u, 2, 19, 19))
    canvas.lay(canvas.soft(shape - 5), "#d9ccb4")
    canvas.shine(1 - 0.35 * canvas.soft(np.abs(shape - 5.5) - 0.5, 1.5))
    canvas.lay(canvas.soft(shape), colour)
    for du in (-9, 9):
        for v, b in ((20, 13), (56, 16), (92, 12)):
            panel = canvas.box(u + du, v, 6.4, b, 1)
            canvas.shine(1 - 0.4 * canvas.soft(np.abs(panel) - 0.8))
            canvas.shine(1 + 0.12 * canvas.soft(panel))
    canvas.lay(canvas.soft(canvas.ellipse(u + 15, 60, 1.6, 1.6)), "#e8c860")


def sign(canvas: Canvas) -> None:
    board = canvas.box(-38, 44, 46, 9, 2)
    canvas.lay(0.5 * canvas.soft(board - 2, 5), "#2c2622")
    canvas.lay(canvas.soft(board), "#244a3c")
    canvas.lay(canvas.soft(np.abs(board + 1.6) - 0.5), "#e3c878")
    canvas.text("CAFE LUMEN", -79, 47.6, 8.2, "#f3e6c0")


def poster(wall: Canvas, u: float, v: float) -> None:
    canvas = wall.part(u, v, 30)
    rng = np.random.default_rng(int(u) + 900)
    sheet = canvas.box(u, v, 13, 18)
    canvas.lay(canvas.soft(sheet), ["#f0e8d6", "#e6ddc0", "#dfe8ea"][rng.integers(3)])
    for _ in range(5):
        spot = canvas.ellipse(u + rng.uniform(-8, 8), v + rng.uniform(-12, 4), rng.uniform(2, 6), rng.uniform(2, 6))
        tone = ["#d6452f", "#2f5fa8", "#efb83a", "#2a2a33"][rng.integers(4)]
        canvas.lay(canvas.soft(np.maximum(spot, sheet + 1)), tone)
    wall.text("FEST", u - 9.5, v + 15, 5.5, "#2a2a33")


def pavement() -> Layer:
    canvas = Canvas((-420, ROAD - 12, 470, 300), 2)
    canvas.lay((canvas.v > ROAD - 6).astype(float), "#a79f94")
    canvas.lay((canvas.v > ROAD + 6).astype(float), "#8b8580")
    canvas.lay(canvas.soft(np.abs(canvas.v - ROAD - 6) - 1.6), "#c8c1b4")
    depth = 22 * np.log1p(np.maximum(canvas.v - ROAD, 0) / 22)  # rows of stones grow towards us
    row = np.floor(depth / 4.5)
    cell_u, cell_v = (canvas.u + 8 * (row % 2)) % 16, depth % 4.5
    joint = np.minimum(np.minimum(cell_u, 16 - cell_u), np.minimum(cell_v, 4.5 - cell_v) * 1.6)
    tone = np.sin(row * 5.1 + np.floor((canvas.u + 8 * (row % 2)) / 16) * 9.7)
    canvas.shine(np.where(canvas.v > ROAD + 9, (1 + 0.13 * tone) * (0.62 + 0.38 * smooth(0.2, 1.8, joint)), 1))
    canvas.shine(1 + 0.06 * canvas.clouds(40, 71) + 0.07 * canvas.noise(2, 75))
    return canvas.layer("pavement", [camera(0.74)], points=2)


def cloth(kind: int, place: tuple[float, float], width: float, height: float, points: int) -> list[Layer]:
    """A piece of washing that hangs from its upper edge and waves."""
    canvas = Canvas((-2, -3, width + 2, height + 3), 3)
    edge = canvas.box(width / 2, height / 2, width / 2, height / 2, 1.5)
    canvas.lay(canvas.soft(edge), ["#f4efe6", "#f3eee2", "#efc24a"][kind])
    if kind == 0:
        for coordinate in (canvas.u, canvas.v):
            canvas.lay(0.55 * (np.floor(coordinate / 6) % 2 == 0), "#c9302c", solid=False)
    elif kind == 1:
        stripes = (np.floor((canvas.u + 3) / 7) % 2 == 0) * canvas.soft(np.abs(canvas.v - 30) - 24)
        canvas.lay(stripes, "#2d5c9a", solid=False)
        canvas.lay(canvas.soft(canvas.ellipse(width / 2, 36, 11, 11)), "#f3eee2", solid=False)
        du, dv = canvas.u - width / 2, canvas.v - 36
        star = np.hypot(du, dv) - 6 - 2.2 * np.cos(5 * np.arctan2(dv, du))
        canvas.lay(canvas.soft(star), "#d5402f", solid=False)
    else:
        spots = np.random.default_rng(77).uniform((3, 3), (width - 3, height - 3), (44, 2))
        for k, (u, v) in enumerate(spots):
            spot = canvas.ellipse(u, v, 2.6 + k % 3, 2.6 + k % 3)
            canvas.lay(canvas.soft(spot), ["#7a2f6b", "#ffffff", "#2f7a6b"][k % 3], solid=False)
    canvas.shine(1 - 0.3 * canvas.soft(np.abs(edge + 2) - 0.35) + 0.04 * canvas.noise(1.2, 70 + kind))
    for u in (4, width - 4):
        canvas.lay(canvas.soft(canvas.box(u, 0.5, 1.1, 3.4)), "#8a5a30")

    def hang(v: np.ndarray) -> np.ndarray:
        return np.clip(v / height, 0, 1.1) ** 1.3

    def swing(v: np.ndarray, t: float) -> np.ndarray:
        return hang(v) * (7 * np.sin(0.17 * t + kind) + 3.0 * np.sin(v * 0.09 - 0.42 * t + 2 * kind))

    def lift(u: np.ndarray, t: float) -> np.ndarray:
        return 1.8 * np.sin(u * 0.10 - 0.36 * t + kind) + 0.9 * np.sin(u * 0.19 - 0.5 * t + 1.7 * kind)

    def fold(uv: np.ndarray, t: float) -> np.ndarray:
        along = uv[..., 0] * 0.16 - 0.40 * t + 0.06 * uv[..., 1] + kind
        return 0.93 + hang(uv[..., 1]) * (0.15 * np.cos(along) + 0.06 * np.cos(2.3 * along))

    chain = [Shear(0, swing), Shear(1, lift), at(*place), camera(0.84)]
    far = [*chain[:2], at(place[0] + 9, place[1] + 9), camera(0.78)]
    return [canvas.shadow(far, 3.5, opacity=0.28), canvas.layer("cloth", chain, shade=fold, points=points)]


def line() -> Layer:
    canvas = Canvas((-340, -6, 400, 16), 3)
    sag = 7 * (1 - (canvas.u / 340) ** 2)
    canvas.lay(canvas.soft(np.abs(canvas.v - sag) - 0.8), "#4a4440")
    return canvas.layer("line", [at(0, -72), camera(0.84)])


def drive(t: float) -> tuple[float, float, float, float]:
    """The van's way: it comes from the left, and brakes a little."""
    x = -400 + 7.1 * t - 0.011 * t * t
    return (x, ROAD + 34 + 0.5 * np.sin(1.3 * t), 0.006 * np.sin(0.8 * t), 1.0)


def van() -> list[Layer]:
    canvas = Canvas((-84, -80, 84, 4), 3)
    body = np.minimum(canvas.box(-16, -42, 64, 36, 7), canvas.box(30, -28, 50, 22, 8))
    nose = canvas.u - 52 - (canvas.v + 78) * 0.42
    body = np.maximum(body, np.where(canvas.v < -28, nose, -9))
    mask = canvas.soft(body)
    canvas.lay(mask, "#d9e4e6")
    canvas.lay(mask * canvas.soft(-20 - canvas.v, 0.6), "#2f8f8a", solid=False)
    canvas.lay(mask * canvas.soft(np.abs(canvas.v + 22.5) - 1.2), "#f0b53c", solid=False)
    screen = np.maximum(np.abs(canvas.v + 52) - 13, np.maximum(32 - canvas.u, nose + 6))
    glint = 1 + 0.5 * smooth(-8, 8, canvas.u - 44 - canvas.v - 52)
    canvas.lay(mask * canvas.soft(screen), rgb("#33475a") * glint[..., None], solid=False)
    for u in (-79, -30, 28):
        canvas.shine(1 - 0.35 * mask * canvas.soft(np.abs(canvas.u - u) - 0.4))
    canvas.text("FRISCH", -72, -49, 12, "#c43d2c")
    canvas.text("BROT & MEHR", -72, -34, 7, "#2f5f5c")
    loaf = canvas.ellipse(14, -56, 11, 6.5, -0.25)
    canvas.lay(canvas.soft(loaf), "#c98a3c", solid=False)
    for k in (-6, 0, 6):
        cut = canvas.line([(12 + k, -60 - 0.2 * k), (16 + k, -53 - 0.2 * k)], 1.3)
        canvas.lay(canvas.soft(cut), "#f0d49a", solid=False)
    canvas.lay(canvas.soft(canvas.ellipse(76, -24, 3.4, 4.4)), "#fff3c4", solid=False)
    canvas.lay(canvas.soft(canvas.box(-78, -30, 1.8, 5, 1)), "#c4281c", solid=False)
    canvas.lay(canvas.soft(canvas.box(0, -4.5, 81, 3, 2)), "#3a3d40")
    canvas.lay(canvas.soft(canvas.box(16, -36, 4.5, 1.1, 1)), "#5a6468", solid=False)
    for u in (-46, 46):
        canvas.lay(canvas.soft(canvas.ellipse(u, -3, 17, 17)) * mask, "#1f2124", solid=False)
    canvas.shine(1 + 0.12 * smooth(-60, -80, canvas.v) - 0.15 * smooth(-16, 0, canvas.v) + 0.03 * canvas.noise(4, 81))
    road, body_chain = camera(0.9), [Pose(drive), camera(0.9)]
    under = Canvas((-82, -4, 82, 6), 2)
    under.lay(under.soft(under.ellipse(0, 1, 80, 4)), "#000000")
    layers = [under.shadow([Pose(lambda t: (drive(t)[0], ROAD + 44, 0.0, 1.0)), road], 3, opacity=0.65),
              canvas.layer("van", body_chain, points=10)]
    for u in (-46, 46):
        layers.append(wheel().layer("wheel", [Pose(roll), at(u, -3), *body_chain], points=2))
    return layers


def roll(t: float) -> tuple[float, float, float, float]:
    return (0.0, 0.0, drive(t)[0] / 13.5, 1.0)


def wheel() -> Canvas:
    canvas = Canvas((-15, -15, 15, 15), 4)
    r, angle = np.hypot(canvas.u, canvas.v), np.arctan2(canvas.v, canvas.u)
    canvas.lay(canvas.soft(r - 13.5), "#26262a")
    canvas.shine(1 + 0.3 * canvas.soft(np.abs(r - 11.5) - 0.5) * np.sign(np.sin(angle * 16)))
    canvas.lay(canvas.soft(r - 9), "#c9ced2")
    gaps = np.maximum(np.abs(r - 5.4) - 2.2, 2.4 - r * 0.52 * (1 - np.cos(5 * angle)) * 1.3)
    canvas.lay(canvas.soft(gaps), "#3a3d42", solid=False)
    canvas.lay(canvas.soft(np.hypot(canvas.u - 7, canvas.v) - 1.5), "#d23a2c", solid=False)
    canvas.lay(canvas.soft(r - 2.2), "#6a7076", solid=False)
    return canvas


def lamp_post(u: float) -> list[Layer]:
    canvas = Canvas((-34, -260, 34, 190), 2)
    canvas.lay(canvas.soft(np.abs(canvas.u) - 3.2) * (canvas.v > -150), "#2c3a3a")
    for v, half in ((-40, 5.5), (40, 5.0), (60, 6), (110, 8)):
        canvas.lay(canvas.soft(canvas.box(0, v, half, 2.5, 1)), "#33443f")
    canvas.shine(0.75 + 0.5 * np.exp(-(((canvas.u + 1) / 1.6) ** 2)) + 0.06 * canvas.noise(3, 86))
    band = canvas.box(0, 4, 6.5, 13, 1)
    canvas.lay(canvas.soft(band), "#f2ead8")
    canvas.lay(canvas.soft(np.maximum(band + 1.2, np.abs(canvas.v + 1) - 4.0)), "#c43d2c", solid=False)
    canvas.lay(canvas.soft(np.maximum(band + 1.2, np.abs(canvas.v - 10) - 1.2)), "#2a2a33", solid=False)
    rng = np.random.default_rng(88)
    for _ in range(260):
        place = rng.normal((0, -112), (12, 9))
        spot = canvas.part(*place, 6)
        leaf = spot.ellipse(*place, 3.4, 1.9, rng.uniform(0, 3))
        tone = ["#3e6e30", "#56893a", "#2c5526", "#7aa74a", "#d8437a", "#f09ab8"][rng.integers(6)]
        spot.lay(spot.soft(leaf), rgb(tone) * np.float32(rng.uniform(0.75, 1.15)))
    chain = [at(u, 0), camera(1.2)]
    return [canvas.layer("lamp post", chain, points=4)]


def railing() -> Layer:
    canvas = Canvas((-560, 78, 640, 220), 1.5)
    bars = np.abs((canvas.u + 23) % 46 - 23) - 2.4
    canvas.lay(canvas.soft(np.where(canvas.v > 92, bars, 9)), "#2b3133")
    canvas.lay(canvas.soft(np.abs(canvas.v - 90) - 3.2), "#343c3e")
    knobs = np.hypot(np.abs((canvas.u + 23) % 46 - 23), canvas.v - 84) - 4.2
    canvas.lay(canvas.soft(knobs), "#3a4446")
    canvas.shine(0.85 + 0.35 * np.exp(-(((canvas.v - 88) / 1.5) ** 2)))
    layer = canvas.layer("railing", [camera(1.5)])
    return replace(layer, texture=blurred(layer.texture, 0.9))


def branch() -> Layer:
    canvas = Canvas((-150, -60, 150, 90), 1.5)
    rng = np.random.default_rng(95)
    canvas.lay(canvas.soft(canvas.line([(-150, -50), (-60, -18), (20, 4), (90, 12)], 5)), "#3c2f26")
    for _ in range(95):
        along = rng.uniform(-150, 100)
        place = (along, -50 + (along + 150) * 0.26 + rng.normal(0, 15))
        leaf = canvas.ellipse(*place, rng.uniform(8, 13), rng.uniform(4, 6), rng.uniform(0, 3))
        tone = rgb(["#39602a", "#4f7f35", "#6a9a42", "#2b4a22"][rng.integers(4)])
        canvas.lay(canvas.soft(leaf), tone * np.float32(rng.uniform(0.7, 1.15)))

    def nod(u: np.ndarray, t: float) -> np.ndarray:
        return ((u + 150) / 250) ** 2 * (7 * np.sin(0.14 * t) + 2 * np.sin(0.41 * t))

    layer = canvas.layer("branch", [Shear(1, nod), at(-250, -150), camera(1.9)])
    return replace(layer, texture=blurred(layer.texture, 3.2))


def afternoon(picture: np.ndarray) -> np.ndarray:
    h, w = picture.shape[:2]
    x, y = np.linspace(-1, 1, w), np.linspace(-1, 1, h)[:, None]
    warm = picture * (1.05 - 0.13 * (x**2 + y**2))[..., None] * np.array([1.04, 1.0, 0.95])
    return np.clip(warm, 0, 1).astype(np.float32)


def scene() -> Scene:
    layers = [
        sky(), roofs(), house(), pavement(), line(),
        *cloth(0, (-104, -68), 56, 70, 5), *cloth(1, (-28, -67), 66, 80, 6), *cloth(2, (62, -68), 52, 62, 5),
        *van(), *lamp_post(-16), *lamp_post(300), railing(), branch(),
    ]
    return Scene("street", SIZE, FRAMES, (30000, 1001), layers, 1.8, afternoon)

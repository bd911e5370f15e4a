"""COLMAP's own library at work, in a process of its own.

It is never imported here: together with other libraries of pictures it corrupts the memory of the
process. Arrays go there and come back as ``.npz``.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError, MissingExtraError
from .epipolar import fit_pairs
from .solved import Solved, lens_of

SEED = 0
# Matches and degrees between the two pictures that a solution begins with: as COLMAP has it, and then as
# it does for few and short tracks, which have been judged by more than two pictures before.
ATTEMPTS = ((100, 16.0), (20, 4.0))
ENOUGH = 0.9  # of the pictures
Arrays = dict[str, NDArray[Any]]


def map_apart(database: Path, task: Arrays, facts: dict[str, Any], sparse: Path | None) -> tuple[dict[str, Any],
                                                                                                 Solved | None]:
    """Write a database of COLMAP and, if asked for, solve it.

    Parameters
    ----------
    database : Path
        An empty file, to be filled.
    task : dict of arrays
        ``xy`` (T, N, 2) in COLMAP's pixels, ``seen`` (T, N), ``pairs`` (P, 2), ``tracks`` (N,) their
        places among all tracks.
    facts : dict
        ``names`` of the T pictures, ``size``, ``model`` and ``parameters`` of the camera, ``is_known``
        whether its focal length is, ``max_error`` in pixels for matches.
    sparse : Path, optional
        An existing folder for the solved model.

    Returns
    -------
    dict, Solved or None
        What there is to tell, and the model if there is one.

    Raises
    ------
    FormatError
        If the library is missing, or fails or crashes over there.
    """
    if importlib.util.find_spec("pycolmap") is None:
        raise MissingExtraError("pycolmap", "colmap", "write a COLMAP database")
    with tempfile.TemporaryDirectory(prefix="napari-cotracker-") as folder:
        given, found = Path(folder) / "task.npz", Path(folder) / "found.npz"
        words = {**facts, "database": str(database), "sparse": None if sparse is None else str(sparse)}
        np.savez(given, facts=np.array(json.dumps(words)), **task)  # type: ignore[arg-type]
        words_of_child = [sys.executable, "-m", __name__, str(given), str(found)]
        done = subprocess.run(words_of_child, capture_output=True, check=False)
        if done.returncode or not found.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            why = said[-1][:160] if said and done.returncode > 0 else "it crashed"
            raise FormatError(f"cannot write the database: COLMAP's library failed ({why}); try another folder, or "
                              "update pycolmap")
        with np.load(found, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    told = json.loads(str(arrays.pop("told")))
    solved = Solved(size=tuple(facts["size"]), model=facts["model"], names=tuple(told.pop("solved_names")),
                    **arrays) if arrays else None
    return told, solved


def main(given: str, found: str) -> int:
    """The child."""
    import pycolmap

    pycolmap.logging.minloglevel = int(pycolmap.logging.Level.FATAL.value)
    with np.load(given, allow_pickle=False) as file:
        task = {name: file[name] for name in file.files}
    facts = json.loads(str(task.pop("facts")))
    told = _write(facts, task)
    arrays: Arrays = {}
    if facts["sparse"] is not None and told["pairs"]:
        arrays = _solve(facts, task, told)
    np.savez(found, told=np.array(json.dumps(told)), **arrays)  # type: ignore[arg-type]
    return 0


def _write(facts: dict[str, Any], task: Arrays) -> dict[str, Any]:
    """Fill the database: a keypoint for every visible point, in the order of the tracks."""
    import pycolmap

    xy, seen = task["xy"], task["seen"]
    database = pycolmap.Database.open(facts["database"])
    with pycolmap.DatabaseTransaction(database):
        images = _write_images(database, facts)
        for image, points, there in zip(images, xy, seen, strict=True):
            database.write_keypoints(image, points[there].astype(np.float32))
        told = {"pairs": 0, "matches": 0}
        order = np.cumsum(seen, 1) - 1  # of a track among the keypoints of a picture
        for (i, j), (matrix, apart) in zip(task["pairs"].tolist(), fit_pairs(xy, seen, task["pairs"]), strict=True):
            both = np.flatnonzero(seen[i] & seen[j])
            fits = apart[both] <= facts["max_error"]
            matches = np.stack([order[i, both], order[j, both]], 1).astype(np.uint32)
            database.write_matches(images[i], images[j], matches)
            geometry = pycolmap.TwoViewGeometry()
            geometry.config = int(pycolmap.TwoViewGeometryConfiguration.UNCALIBRATED.value)
            geometry.F, geometry.inlier_matches = matrix, matches[fits]
            database.write_two_view_geometry(images[i], images[j], geometry)
            told["pairs"] += 1
            told["matches"] += int(fits.sum())
    database.close()
    return told


def _write_images(database: Any, facts: dict[str, Any]) -> list[int]:
    """One camera, and a picture for every frame."""
    import pycolmap

    width, height = facts["size"]
    camera = pycolmap.Camera(model=facts["model"], width=width, height=height, params=facts["parameters"])
    camera.has_prior_focal_length = facts["is_known"]
    camera.camera_id = database.write_camera(camera)
    rig = pycolmap.Rig()
    rig.add_ref_sensor(camera.sensor_id)
    rig_id = database.write_rig(rig)
    images = []
    for name in facts["names"]:
        image = database.write_image(pycolmap.Image(name=name, camera_id=camera.camera_id))
        frame = pycolmap.Frame()
        frame.rig_id = rig_id
        frame.add_data_id(pycolmap.data_t(camera.sensor_id, image))
        database.write_frame(frame)
        images.append(image)
    return images


def _solve(facts: dict[str, Any], task: Arrays, told: dict[str, Any]) -> Arrays:
    """Cameras and points of the largest model, and the model itself as text."""
    import pycolmap

    models: list[Any] = []
    for inliers, angle in ATTEMPTS:
        options = pycolmap.IncrementalPipelineOptions()
        options.extract_colors = False
        options.random_seed = SEED
        options.min_model_size = min(options.min_model_size, max(2, len(facts["names"])))
        options.mapper.init_min_num_inliers, options.mapper.init_min_tri_angle = inliers, angle
        options.mapper.abs_pose_min_num_inliers = min(options.mapper.abs_pose_min_num_inliers, inliers)
        with tempfile.TemporaryDirectory(prefix="napari-cotracker-") as folder:
            found = list(pycolmap.incremental_mapping(facts["database"], folder, folder, options).values())
        models = max(models, sorted(found, key=_extent), key=lambda some: [_extent(model) for model in some[-1:]])
        if models and models[-1].num_reg_images() >= ENOUGH * len(facts["names"]):
            break
    told["models"], told["solved_names"] = len(models), []
    if not models:
        return {}
    best = models[-1]
    best.write_text(facts["sparse"])
    frames = {name: k for k, name in enumerate(facts["names"])}
    images = sorted((best.images[k] for k in best.reg_image_ids()), key=lambda image: frames[image.name])
    told["solved_names"] = [image.name for image in images]
    columns = _arrays_of(best, images, task, np.array([frames[image.name] for image in images]))
    columns["lens"] = lens_of(facts["model"], next(iter(best.cameras.values())).params)
    return columns


def _extent(model: Any) -> tuple[int, int]:
    return model.num_reg_images(), model.num_points3D()


def _arrays_of(model: Any, images: list[Any], task: Arrays, frames: NDArray[np.int64]) -> Arrays:
    """Cameras, points and observations of a model, but for its lens."""
    numbers = sorted(model.points3D)
    place = {number: k for k, number in enumerate(numbers)}
    seen_at, observations, tracks = [], [], np.full(len(numbers), -1)
    for k, (image, frame) in enumerate(zip(images, frames, strict=True)):
        track_of = np.flatnonzero(task["seen"][frame])
        for index, point in enumerate(image.points2D):
            if point.has_point3D():
                seen_at.append(point.xy)
                observations.append((k, place[point.point3D_id]))
                tracks[place[point.point3D_id]] = task["tracks"][track_of[index]]
    poses = [image.cam_from_world() for image in images]
    pixels = np.array(seen_at).reshape(-1, 2)
    return {
        "frames": frames, "tracks": tracks, "seen_at": pixels,
        "rotation": np.array([pose.rotation.matrix() for pose in poses]),
        "translation": np.array([pose.translation for pose in poses]),
        "points": np.array([model.points3D[number].xyz for number in numbers]).reshape(-1, 3),
        "errors": np.array([model.points3D[number].error for number in numbers]),
        "observations": np.array(observations).reshape(-1, 2),
        "ideal": np.asarray(next(iter(model.cameras.values())).cam_from_img(pixels)),
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""COLMAP's own library writes a model: ``colmap_writer.py FOLDER ENDING < JSON``; run in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pycolmap


def write_model(folder: Path, ending: str, facts: dict) -> None:
    """Write a model.

    Parameters
    ----------
    folder : Path
    ending : {"txt", "bin"}
    facts : dict
        ``size``, ``names`` of pictures, ``points`` as [id, error, [[picture, x, y], …]], and ``camera`` and
        ``parameters``.
    """
    model = pycolmap.Reconstruction()
    camera = pycolmap.Camera(model=facts["camera"], width=facts["size"][0], height=facts["size"][1],
                             params=facts["parameters"], camera_id=1)
    model.add_camera_with_trivial_rig(camera)
    seen: list[list] = [[] for _ in facts["names"]]
    for number, _, places in facts["points"]:
        for picture, x, y in places:
            seen[picture].append((number, [x, y]))
    for k, name in enumerate(facts["names"]):
        # one that became no point, as COLMAP has many
        keypoints = [[3.25, 4.75], *(xy for _, xy in seen[k])]
        image = pycolmap.Image(name=name, camera_id=1, image_id=k + 1, keypoints=keypoints)
        model.add_image_with_trivial_frame(image, pycolmap.Rigid3d(pycolmap.Rotation3d(), [0.1 * k, 0, 0]))
    for number, error, places in facts["points"]:
        track = pycolmap.Track()
        for picture, _, _ in places:
            track.add_element(picture + 1, 1 + [point for point, _ in seen[picture]].index(number))
        point = pycolmap.Point3D(xyz=[number, 1, 5], color=[9, 8, 7], error=error, track=track)
        model.add_point3D_with_id(number, point)
    folder.mkdir(parents=True, exist_ok=True)
    (model.write_text if ending == "txt" else model.write_binary)(str(folder))


if __name__ == "__main__":
    write_model(Path(sys.argv[1]), sys.argv[2], json.load(sys.stdin))

"""COLMAP's own library reads what was written; run in a process of its own: ``colmap_reader.py DATABASE [SPARSE]``."""

from __future__ import annotations

import json
import sys

import pycolmap


def database_facts(path: str) -> dict:
    """Everything in a database."""
    database = pycolmap.Database.open(path)
    images = sorted(database.read_all_images(), key=lambda image: image.image_id)
    camera = database.read_all_cameras()[0]
    pairs, geometries = database.read_two_view_geometries()
    matches = {pair: database.read_matches(*pycolmap.pair_id_to_image_pair(pair)).tolist() for pair in pairs}
    found = {
        "images": [image.name for image in images],
        "keypoints": [database.read_keypoints(image.image_id)[:, :2].tolist() for image in images],
        "camera": [camera.model.name, camera.width, camera.height, list(camera.params), camera.has_prior_focal_length],
        "counts": [database.num_cameras(), database.num_frames(), database.num_rigs()],
        "pairs": [[*pycolmap.pair_id_to_image_pair(pair), matches[pair], geometry.inlier_matches.tolist(),
                   geometry.F.tolist()] for pair, geometry in zip(pairs, geometries)],
    }
    database.close()
    return found


def model_facts(path: str) -> dict:
    """What a model says of itself, and where its cameras are."""
    model = pycolmap.Reconstruction(path)
    images = sorted((model.images[k] for k in model.reg_image_ids()), key=lambda image: image.name)
    return {"error": model.compute_mean_reprojection_error(), "points": model.num_points3D(),
            "images": [image.name for image in images],
            "centres": [image.projection_center().tolist() for image in images]}


if __name__ == "__main__":
    what = database_facts if sys.argv[1] == "database" else model_facts
    print(json.dumps(what(sys.argv[2])))

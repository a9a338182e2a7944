"""Runs in the interpreter of OpenFace 3, not in mien's: frame by frame its scores into a CSV.

    python openface3_worker.py CLIP CSV

Imports nothing of mien. The columns are those of FeatureExtraction, so that one reader reads both;
what stands under ``AU01_r`` and so on are OpenFace 3's scores, 0 to 1.
"""

import csv
import sys
import tempfile
from pathlib import Path
from typing import Any

UNITS = (1, 2, 4, 6, 9, 12, 25, 26)  # of DISFA, in the order of the network's output
HEADER = ("frame", "timestamp", "confidence", "success", *(f"AU{code:02d}_r" for code in UNITS))
SCORE = 4  # place of the score in a detection, after its box
WEIGHTS = Path("weights")  # where ``openface download`` puts them


def main(clip: str, table: str) -> None:
    """Read a clip, write a CSV."""
    import cv2  # of that interpreter

    detector, predictor = _models()
    video = cv2.VideoCapture(clip)
    if not video.isOpened():
        sys.exit(f"OpenCV cannot open {clip}")
    with (
        Path(table).open("w", encoding="utf-8", newline="") as file,
        tempfile.TemporaryDirectory() as folder,
    ):
        rows = csv.writer(file)
        rows.writerow(HEADER)
        picture = str(Path(folder) / "frame.png")  # the detector takes files only
        number, time = 0, 0.0
        while True:
            there, frame = video.read()
            if not there:
                break
            number += 1
            time = max(time, video.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
            cv2.imwrite(picture, frame)
            rows.writerow((number, f"{time:.6f}", *_row(detector, predictor, picture)))
            file.flush()


def _models() -> tuple[Any, Any]:
    from openface.face_detection import FaceDetector  # type: ignore[import-not-found]
    from openface.multitask_model import MultitaskPredictor  # type: ignore[import-not-found]

    detector = FaceDetector(model_path=str(WEIGHTS / "Alignment_RetinaFace.pth"), device="cpu")
    return detector, MultitaskPredictor(str(WEIGHTS / "MTL_backbone.pth"), device="cpu")


def _row(detector: Any, predictor: Any, picture: str) -> list[float]:
    """Confidence, success and the scores of the face in a picture; zeros where there is none."""
    face, found = detector.get_face(picture)
    if face is None or found is None or not len(found):
        return [0.0] * (2 + len(UNITS))
    _emotion, _gaze, scores = predictor.predict(face)
    values = [float(value) for value in scores.reshape(-1)]
    if len(values) != len(UNITS):
        sys.exit(f"OpenFace 3 gives {len(values)} action units, not {len(UNITS)}")
    confidence = min(max(float(found[0][SCORE]), 0.0), 1.0)
    return [confidence, 1.0, *(min(max(value, 0.0), 1.0) for value in values)]


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file, which has an openface of its own
    main(*sys.argv[1:])

"""Fit src/mien/anatomy/fields.csv to measured shapes. Needs the development data (see CONTRIBUTING.md).

    python tools/fit_anatomy.py [--folds 5] [--write]

1. For each action unit, choose the sites and reaches that best explain the paired ICT-FaceKit shape, one
   after another (orthogonal matching pursuit) among the sites its muscles can move.
2. Fit all pulls together, in turn with the intensities of the people: to the ICT shapes, and to the real
   smiles of the Face Research Lab London Set.
"""
import argparse
import csv
import os
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

from mien.anatomy.fields import Pull, basis, _column, _reflect
from mien.anatomy.template import distances, template
from mien.anatomy.topology import STILL, mirror
from mien.core.facs import COLUMNS, INDEX

# muscle: (attachment, sites its fibres can move: all points within `width` of the line attachment-insertion)
# AU: list of (muscle, attachment, insertion points, width)
MUSCLES = {
    "AU01": [("frontalis, medial", 337, (285, 336, 295), 0.40)],
    "AU02": [("frontalis, lateral", 297, (282, 293, 283, 276), 0.40)],
    "AU04": [
        ("corrugator", 8, (285, 295, 296, 282, 334), 0.25),
        ("procerus", 168, (9, 336, 8), 0.25),
        ("depressor supercilii", 351, (285, 441, 286, 443), 0.2),
    ],
    "AU05": [("levator palpebrae", 282, (443, 257, 259), 0.15)],
    "AU06": [
        ("orbicularis oculi, orbital", 263, (280, 346, 347, 330, 340), 0.30),
        ("orbicularis oculi, orbital, medial", 362, (348, 349, 330, 329), 0.25),
        ("orbicularis oculi, upper", 443, (300, 293, 283), 0.2),
    ],
    "AU07": [("orbicularis oculi, palpebral", 362, (450, 449, 451, 253), 0.2), ("orbicularis oculi, lateral", 359, (261, 448, 446), 0.2)],
    "AU09": [
        ("levator labii superioris alaeque nasi", 417, (278, 358, 391, 360, 420), 0.3),
        ("nasalis", 6, (197, 195, 5, 281), 0.2),
        ("depressor supercilii", 351, (285, 441, 9), 0.25),
    ],
    "AU10": [("levator labii superioris", 348, (267, 269, 270, 322, 391, 426), 0.3)],
    "AU11": [("zygomaticus minor", 346, (426, 322, 410, 423), 0.25)],
    "AU12": [
        ("zygomaticus major", 352, (291, 287, 410, 375, 432, 436), 0.35),
        ("zygomaticus major, cheek", 346, (427, 425, 280, 411), 0.3),
    ],
    "AU13": [("levator anguli oris", 330, (291, 287, 410), 0.2)],
    "AU14": [("buccinator", 401, (291, 287, 432, 410, 422), 0.35)],
    "AU15": [("depressor anguli oris", 379, (291, 287, 375, 335, 422), 0.35)],
    "AU16": [("depressor labii inferioris", 400, (405, 314, 321, 17, 406), 0.35)],
    "AU17": [("mentalis", 17, (199, 200, 428, 175, 421, 17), 0.45)],
    "AU18": [("incisivii labii", 0, (291, 270, 321, 375, 409, 14, 13), 0.45)],
    "AU20": [("risorius", 361, (291, 287, 375, 432), 0.4), ("platysma", 365, (321, 335, 424, 431), 0.35)],
    "AU22": [("orbicularis oris", 0, (267, 269, 314, 405, 270, 321), 0.45)],
    "AU24": [("orbicularis oris", 164, (291, 270, 321, 314, 267, 0, 17), 0.5)],
    "AU27": [("jaw", 454, (17, 152, 199, 400, 405, 379, 14, 291), 0.6)],
    "AU28": [("orbicularis oris", 164, (13, 14, 0, 17, 267, 314, 405, 269, 291), 0.45)],
    "AU30": [("lateral pterygoid", 454, (17, 152, 199, 400, 405, 379, 176, 181, 150, 14), 0.6)],
    "AU63": [("superior rectus", 282, (443, 257), 0.2)],
    "AU64": [("inferior rectus", 282, (443, 257), 0.2)],
}
# Rows with a form of their own: (muscle, site, reach, start pull)
LIDS = {
    "AU05": [("levator palpebrae", "upper_lid", 0.22)],
    "AU06": [("orbicularis oculi, palpebral", "lower_lid", 0.3)],
    "AU07": [("orbicularis oculi, palpebral", "lower_lid", 0.3), ("orbicularis oculi, palpebral", "upper_lid", 0.22)],
    "AU63": [("levator palpebrae", "upper_lid", 0.25), ("capsulopalpebral fascia", "lower_lid", 0.25)],
    "AU64": [("levator palpebrae, relaxed", "upper_lid", 0.25), ("capsulopalpebral fascia", "lower_lid", 0.25)],
    "AU43": [("levator palpebrae, relaxed", "upper_lid", 0.25), ("orbicularis oculi", "lower_lid", 0.25)],
}
SHAPES = {
    "AU01": "browInnerUp_L", "AU02": "browOuterUp_L", "AU04": "browDown_L", "AU05": "eyeWide_L", "AU06": "cheekSquint_L",
    "AU07": "eyeSquint_L", "AU09": "noseSneer_L", "AU10": "mouthUpperUp_L", "AU12": "mouthSmile_L", "AU14": "mouthDimple_L",
    "AU15": "mouthFrown_L", "AU16": "mouthLowerDown_L", "AU17": "mouthShrugLower", "AU18": "mouthPucker",
    "AU20": "mouthStretch_L", "AU22": "mouthFunnel", "AU24": "mouthPress_L+mouthPress_R", "AU27": "jawOpen",
    "AU28": "mouthRollLower+mouthRollUpper", "AU30": "jawLeft", "AU43": "eyeBlink_L",
    "AU63": "eyeLookUp_L+eyeLookUp_R", "AU64": "eyeLookDown_L+eyeLookDown_R",
}

"""The average neutral face: the surface on which reach is measured.

``template.csv`` is the mean neutral mesh of the Face Research Lab London Set (see NOTICE), made
symmetric, in the head's frame: x to the subject's left, y up, z out of the face, in inter-ocular
distances (IOD), origin midway between the pupils.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import mirror, triangles


@cache
def template() -> NDArray[np.float64]:
    """Mean neutral mesh, shape (478, 3), IOD."""
    with (files("mien.anatomy") / "template.csv").open() as file:
        return np.loadtxt(file, delimiter=",", skiprows=1)


@cache
def distances() -> NDArray[np.float64]:
    """Distance along the skin between any two points of the template, shape (478, 478), IOD.

    Paths run along edges and across pairs of triangles, and round the openings of the eyes and the
    mouth: an upper lip is far from the lower one, as muscles feel it. ``inf`` to and from the
        irises.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    points, steps = template(), _steps()
    lengths = np.linalg.norm(points[steps[:, 0]] - points[steps[:, 1]], axis=1)
    graph = coo_matrix((lengths, steps.T), shape=(len(points), len(points)))
    found = dijkstra(graph.tocsr(), directed=False)
    mirrored = found[mirror()][:, mirror()]
    return np.asarray((found + mirrored) / 2)


def _steps() -> NDArray[np.int64]:
    """Edges of the mesh, and the other diagonal of each pair of neighbouring triangles."""
    across: dict[tuple[int, int], list[int]] = {}
    for a, b, c in triangles().tolist():
        for edge, opposite in (((a, b), c), ((b, c), a), ((c, a), b)):
            across.setdefault((min(edge), max(edge)), []).append(opposite)
    diagonals = [(p[0], p[1]) for p in across.values() if len(p) == 2]
    return np.array(sorted(set(across) | set(diagonals)))

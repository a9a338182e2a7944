"""What edits pictures, behind one seam: the mesh, or a model that draws."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.flows.edit import Ask, EditResult
    from mien.flows.sitters import Sitting


@dataclass(frozen=True)
class Backend:
    """Something that edits people.

    Attributes:
        name: as ``--backend`` has it.
        edits: edits the people of a picture in several ways: a result for each, in order.
        check: raises InputError for what it cannot edit, before a picture is opened.
        strongest: largest strength of an expression.
        details: what the pictures depend on beside the wish, for reports: text and numbers, and no
            paths, which may name people.
        seal: changes whenever the pictures may, also where ``details`` stay the same.
    """

    name: str
    edits: Callable[["Sitting", Sequence["Ask"]], Iterator["EditResult"]]
    check: Callable[["Ask"], None]
    strongest: float
    details: Mapping[str, object] = field(default_factory=dict, hash=False)
    seal: str = ""

    @property
    def record(self) -> dict[str, object]:
        """Name and details, as reports and provenance have them."""
        return {"name": self.name, **self.details}

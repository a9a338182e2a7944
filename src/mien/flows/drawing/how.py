"""How pictures are drawn: by which model, with which sampling, at which size."""

import hashlib
from dataclasses import dataclass, field

from mien.core.errors import InputError
from mien.edit.backends.pixelsmile.conditioning import CONDITIONINGS
from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.edit.backends.pixelsmile.encode import MULTIPLE
from mien.edit.backends.pixelsmile.prompts import check_domain
from mien.edit.strengths import Strengths
from mien.flows.drawing.model import Model

_LARGEST = 4096  # px, side of a square that is drawn


@dataclass(frozen=True)
class Drawing:
    """How pictures are drawn.

    Attributes:
        model: by which model.
        sampling: steps, seed, guidance, batch.
        side: px, of the square that is drawn, a multiple of 32, up to 4096.
        domain: ``human`` or ``anime``; None for what the picture looks like.
        conditioning: how a strength becomes an embedding.
        curves: what was measured of the model, so that strength 1 is a whole recipe; None for the
            model's own strengths.

    Raises:
        InputError: a side, a domain or a conditioning that is none.
    """

    model: Model
    sampling: Sampling = field(default_factory=Sampling)
    side: int = 1024
    domain: str | None = None
    conditioning: str = "score_one_all"
    curves: Strengths | None = None

    def __post_init__(self) -> None:
        if not MULTIPLE <= self.side <= _LARGEST or self.side % MULTIPLE:
            raise InputError(
                f"side {self.side}: is a multiple of {MULTIPLE} up to {_LARGEST}, such as 1024"
            )
        if self.domain is not None:
            check_domain(self.domain)
        if self.conditioning not in CONDITIONINGS:
            known = ", ".join(CONDITIONINGS)
            raise InputError(f"unknown conditioning {self.conditioning!r}: use one of {known}")

    @property
    def details(self) -> dict[str, object]:
        """What the pictures depend on, for reports."""
        model, how = self.model, self.sampling
        files = {"base": model.base, "lora": model.lora, "few_steps": model.few_steps}
        return {
            **{name: None if path is None else path.name for name, path in files.items()},
            "lora_scale": model.lora_scale,
            "preset": str(model.preset),
            "dtype": model.dtype,
            "cache": model.cache,
            "steps": how.steps,
            "seed": how.seed,
            "guidance": how.guidance,
            "side": self.side,
            "domain": self.domain,
            "conditioning": self.conditioning,
            "curves": None if self.curves is None else self.curves.digest,
        }

    @property
    def seal(self) -> str:
        """Changes with the details, and with the model's files: their paths, sizes and times."""
        seal = hashlib.sha256(str(self.details).encode())
        for path in self.model.files:
            about = path.stat()
            seal.update(f"{path.absolute()} {about.st_size} {about.st_mtime_ns}".encode())
        return seal.hexdigest()[:16]

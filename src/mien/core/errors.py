"""Everything mien raises on purpose.

    MienError
    ├── InputError          the user's input cannot be used; the message says what to do
    │   ├── MediaError      a picture or clip cannot be read or written
    │   └── NoFaceError     no face, or not the face that was asked for
    ├── MissingExtraError   an optional part of mien is not installed
    ├── ModelError          a model cannot be fetched, or is not the one that mien knows
    └── JudgeError          a judge of expressions cannot be asked, or gives no usable answer

Every message is one line that says what is wrong and what to do about it; the command line prints
it and exits with code 2.
"""


class MienError(Exception):
    """Root of all errors raised by mien."""


class InputError(MienError):
    """Input that cannot be used: a name, a value or a file."""


class MediaError(InputError):
    """A picture or clip that cannot be read or written."""


class NoFaceError(InputError):
    """No face was found, or the face asked for is not there."""


class MissingExtraError(MienError):
    """A part of mien that needs an extra which is not installed."""


class ModelError(MienError):
    """A model that cannot be fetched, or a file that is not the model it should be."""


class JudgeError(MienError):
    """A judge of expressions that cannot be asked, or whose answer cannot be used."""

"""`Keys`: the ids of a whole grid, eight bytes each, in display order."""

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Keys = array[int]
else:  # subscriptable from Python 3.12 on only
    Keys = array

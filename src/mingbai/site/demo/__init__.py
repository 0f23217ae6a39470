"""The demonstration county: half a year of what real offices send, with every fault known beforehand."""

from __future__ import annotations

from mingbai.site.demo.making import make_county, receiving_order
from mingbai.site.demo.plan import CannotMakeCounty, Size
from mingbai.site.demo.truth import CountyTruth, FaultRecord, read_faults, truth_folder_of

__all__ = [
    "CannotMakeCounty",
    "CountyTruth",
    "FaultRecord",
    "Size",
    "make_county",
    "read_faults",
    "receiving_order",
    "truth_folder_of",
]

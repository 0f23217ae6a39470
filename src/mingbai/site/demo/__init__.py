"""The demonstration county: half a year as offices send it, every fault known."""

from __future__ import annotations

from mingbai.site.demo.hostile import HostileFile, make_hostile
from mingbai.site.demo.making import make_county, receiving_order
from mingbai.site.demo.plan import CannotMakeCounty, Size
from mingbai.site.demo.truth import CountyTruth, FaultRecord, read_faults, truth_folder_of

__all__ = [
    "CannotMakeCounty",
    "CountyTruth",
    "FaultRecord",
    "HostileFile",
    "Size",
    "make_county",
    "make_hostile",
    "read_faults",
    "receiving_order",
    "truth_folder_of",
]

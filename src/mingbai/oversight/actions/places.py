"""The county's name and its office's, as they stand in every paper of this room."""

from __future__ import annotations

from mingbai.base.models import Division, Office


def name_places(error: type[Exception]) -> dict[str, str]:
    """Words ``place.county`` and ``place.office``; ``error`` before the county is set up."""
    why = "the county's name and its office's stand in every paper"
    county = Division.objects.unscoped(why).filter(level="county", valid_to__isnull=True).first()
    offices = Office.objects.unscoped(why).filter(valid_to__isnull=True)
    office = offices.filter(kind=Office.Kind.COUNTY_OFFICE).order_by("code").first()
    if county is None or office is None:
        raise error("系统里还没有登记本县和县民生办，请先完成初始设置。")
    return {"place.county": county.name, "place.office": office.name}

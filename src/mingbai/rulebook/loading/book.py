"""Assemble a county's book of a year and hold its parts against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mingbai.rulebook.faults import CannotLoadBook
from mingbai.rulebook.loading.approvals import read_approvals
from mingbai.rulebook.loading.bank import read_bank
from mingbai.rulebook.loading.channels import read_calendar, read_posting_rules
from mingbai.rulebook.loading.comparison import read_monthly
from mingbai.rulebook.loading.consistency import (
    home_of,
    refuse_orphan_towns,
    refuse_other_total,
    refuse_shared_names,
    refuse_unpayable,
)
from mingbai.rulebook.loading.coverage import read_coverages
from mingbai.rulebook.loading.dispatch import read_dispatch
from mingbai.rulebook.loading.handling import read_handling
from mingbai.rulebook.loading.lags import read_lags
from mingbai.rulebook.loading.offices import read_divisions, read_offices, read_sites
from mingbai.rulebook.loading.procedures import read_procedures
from mingbai.rulebook.loading.programmes import (
    Chain,
    Loaded,
    in_force,
    load_programme,
    narrow_list,
)
from mingbai.rulebook.loading.reminding import read_reminding
from mingbai.rulebook.loading.reporting import read_report_rules
from mingbai.rulebook.loading.rosters import read_common_rosters
from mingbai.rulebook.loading.tiles import read_tiles
from mingbai.rulebook.loading.training import read_training
from mingbai.rulebook.loading.weights import read_weights
from mingbai.rulebook.loading.works import read_works
from mingbai.rulebook.loading.years import read_year_list
from mingbai.rulebook.model import (
    Absence,
    Book,
    DivisionSpec,
    Exclusion,
    OfficeSpec,
    PostingRules,
    PresenceList,
    Programme,
    Roster,
    Site,
    WorksRules,
)
from mingbai.rulebook.shelf import BOOKS, Shelf

_PROVINCE_DIGITS = 2
_CITY_DIGITS = 4


@cache
def load_book(*, year: int, county: str, root: Path = BOOKS) -> Book:
    """Read, check and freeze the book of one county and year; raises CannotLoadBook.

    Division codes nest, so the folders are the code's first two, four and six digits.
    """
    shelf, chain = Shelf(root), _chain(county)
    province, folder = chain.folders[0][1], chain.county
    divisions = read_divisions(shelf, f"{folder}/divisions.csv")
    towns = _towns(divisions, year=year)
    common = read_common_rosters(shelf)
    listed = read_year_list(shelf, year=year, province=province, county=folder)
    loaded = tuple(
        load_programme(shelf, item, chain=chain, year=year, towns=towns, common=common)
        for item in listed.items
    )
    programmes = tuple(each.programme for each in loaded)
    rosters = (*common.values(), *(roster for each in loaded for roster in each.rosters))
    offices = _offices(shelf, f"{folder}/offices.yaml", divisions, programmes, towns)
    _refuse_misfits(programmes, rosters, chain, year=year, total=listed.budget_total)
    items = {item.code: item for each in programmes for item in each.sub_items}
    known, by_code = frozenset(items), {each.code: each for each in rosters}
    book = Book(
        year=year,
        county=county,
        county_name=next(each.name for each in divisions if each.code == county),
        province_source=listed.province_source,
        county_source=listed.county_source,
        programmes=programmes,
        rosters=rosters,
        exclusions=_exclusions(loaded, known, year=year, shelf=shelf, chain=chain),
        lists=_lists(loaded, known, year=year),
        absences=_absences(loaded, known, year=year, shelf=shelf, chain=chain),
        posting=_posting_rules(shelf, common, loaded, known, chain),
        works=_works(shelf, loaded, known, chain),
        procedures=read_procedures(shelf, programmes, chain=chain, year=year, rosters=by_code),
        coverages=read_coverages(shelf, year=year, rosters=common, sub_item=items.get),
        lagging=read_lags(shelf, county=folder, known=known),
        offices=offices,
        sites=_sites(shelf, rosters),
        divisions=divisions,
        cases=tuple(case for each in loaded for case in each.cases),
        digest="",
        files=(),
        _index=_index(programmes, rosters, offices),
    )
    return _with_office_rules(book, shelf, folder, towns)


def _with_office_rules(book: Book, shelf: Shelf, folder: str, towns: frozenset[str]) -> Book:
    """Add what holds for the whole office, and last the digest of every file read."""
    ruled = replace(
        book,
        approvals=read_approvals(shelf, f"{folder}/approvals.yaml"),
        bank=read_bank(shelf, f"{folder}/bank.yaml"),
        calendar=read_calendar(shelf),
        handling=read_handling(shelf, county=folder),
        monthly=read_monthly(shelf, county=folder),
        reporting=read_report_rules(shelf, county=folder),
        reminding=read_reminding(shelf, county=folder),
        weights=read_weights(shelf, county=folder),
        dispatch=read_dispatch(shelf, county=folder),
        training=read_training(shelf, county=folder),
        tiles=read_tiles(shelf, f"{folder}/tiles.yaml", divisions=book.divisions, towns=towns),
    )
    return replace(ruled, digest=shelf.digest, files=shelf.files)


def _offices(
    shelf: Shelf,
    file: str,
    divisions: tuple[DivisionSpec, ...],
    programmes: tuple[Programme, ...],
    towns: frozenset[str],
) -> tuple[OfficeSpec, ...]:
    """Read the offices; each town of the year must have one."""
    codes, leads = frozenset(each.code for each in divisions), _leads(programmes)
    offices = read_offices(shelf, file, divisions=codes, leads=leads)
    refuse_orphan_towns(divisions, offices, towns=towns, file=file)
    return offices


def _refuse_misfits(
    programmes: tuple[Programme, ...],
    rosters: Iterable[Roster],
    chain: Chain,
    *,
    year: int,
    total: int,
) -> None:
    """Hold programmes against each other, against their rosters and against the year's total."""
    folders: dict[str, str] = dict(chain.folders)
    refuse_shared_names(programmes, file=f"{folders['province']}/years/{year}.yaml")
    refuse_unpayable(programmes, {roster.code: roster for roster in rosters}, folders=folders)
    refuse_other_total(programmes, total=total, file=f"{chain.county}/years/{year}.yaml")


def _chain(county: str) -> Chain:
    return Chain(
        folders=(
            ("province", f"province-{county[:_PROVINCE_DIGITS]}"),
            ("city", f"city-{county[:_CITY_DIGITS]}"),
            ("county", f"county-{county}"),
        )
    )


def _sites(shelf: Shelf, rosters: Iterable[Roster]) -> tuple[Site, ...]:
    """Read the sites; each must have its date among the columns of an information roster."""
    columns = frozenset(
        column.name
        for roster in rosters
        if roster.kind == "information"
        for column in roster.columns
    )
    return read_sites(shelf, "common/sites.yaml", columns=columns)


def _lists(
    loaded: Iterable[Loaded], known: frozenset[str], *, year: int
) -> tuple[PresenceList, ...]:
    """Keep what touches the year, narrowed to the sub-items that the year's list carries."""
    kept = (
        narrow_list(presence, known)
        for each in loaded
        for presence in each.lists
        if in_force(presence, year=year)
    )
    return tuple(presence for presence in kept if presence is not None)


def _absences(
    loaded: Iterable[Loaded], known: frozenset[str], *, year: int, shelf: Shelf, chain: Chain
) -> tuple[Absence, ...]:
    """Keep what touches the year and its list; refuse a roster that no folder knows.

    Without one of the rosters that show who is entitled nobody can be named: the rule rests.
    """
    kept: list[Absence] = []
    for each in loaded:
        for absence in each.absences:
            for key, codes in (("on_all", absence.on_all), ("unless_on", absence.unless_on)):
                for code in codes:
                    _refuse_unknown(
                        code, each, known, key=f"absences.{key}", shelf=shelf, chain=chain
                    )
            if {absence.sub_item, *absence.on_all} <= known and in_force(absence, year=year):
                kept.append(absence)
    return tuple(kept)


def _refuse_unknown(
    code: str, of: Loaded, known: frozenset[str], *, key: str, shelf: Shelf, chain: Chain
) -> None:
    """Refuse a sub-item that the year's list should know, or whose programme has no folder."""
    programme = code.partition(".")[0]
    on_list = any(other.startswith(f"{programme}.") for other in known)
    has_folder = any(
        shelf.exists(f"{folder}/programmes/{programme}/programme.yaml")
        for _, folder in chain.folders
    )
    if (on_list and code not in known) or not has_folder:
        raise CannotLoadBook(
            file=f"{home_of(of.programme, dict(chain.folders))}"
            f"/programmes/{of.programme.code}/compare.yaml",
            key=key,
            problem=f"没有子项“{code}”，请改正代码",
        )


def _posting_rules(
    shelf: Shelf,
    common: Mapping[str, Roster],
    loaded: Iterable[Loaded],
    known: frozenset[str],
    chain: Chain,
) -> PostingRules:
    """Read how rolls are posted; a sub-item of another year may be named as well."""
    return read_posting_rules(
        shelf,
        county=chain.county,
        subsidy=common["subsidy"],
        exists=lambda code: code in known or _has_folder(code, loaded, shelf, chain),
    )


def _works(
    shelf: Shelf, loaded: tuple[Loaded, ...], known: frozenset[str], chain: Chain
) -> WorksRules:
    """Read how works are built; a sub-item of another year may be named as well."""
    carried = (each.programme for each in loaded if each.programme.status != "not_applicable")
    return read_works(
        shelf,
        county=chain.county,
        sub_items=[item for programme in carried for item in programme.sub_items],
        calendar=read_calendar(shelf),
        exists=lambda code: code in known or _has_folder(code, loaded, shelf, chain),
    )


def _has_folder(code: str, loaded: Iterable[Loaded], shelf: Shelf, chain: Chain) -> bool:
    """Whether a sub-item may be of another year: its programme is not listed, but has a folder."""
    name = code.partition(".")[0]
    listed = any(each.programme.code == name for each in loaded)
    return not listed and any(
        shelf.exists(f"{folder}/programmes/{name}/programme.yaml") for _, folder in chain.folders
    )


def _towns(divisions: Iterable[DivisionSpec], *, year: int) -> frozenset[str]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return frozenset(
        each.code
        for each in divisions
        if each.level == "town"
        and each.valid_from <= last
        and (each.valid_to is None or each.valid_to >= first)
    )


def _leads(programmes: Iterable[Programme]) -> Mapping[str, tuple[str, ...]]:
    """Return which programmes each office leads as a whole.

    An office that answers for single sub-items only is there with none: it must exist, but leading
    one sub-item does not open the others to it.
    """
    leads: dict[str, list[str]] = {}
    for programme in programmes:
        for sub in programme.sub_items:
            leads.setdefault(sub.lead_office, [])
        entry = leads.setdefault(programme.lead_office, [])
        if programme.status != "not_applicable":
            entry.append(programme.code)
    return {office: tuple(codes) for office, codes in leads.items()}


def _exclusions(
    loaded: Iterable[Loaded], known: frozenset[str], *, year: int, shelf: Shelf, chain: Chain
) -> tuple[Exclusion, ...]:
    """Keep pairs whose both sides are on the year's list; refuse a side that no folder knows."""
    kept: list[Exclusion] = []
    for each in loaded:
        for pair in each.exclusions:
            _refuse_unknown(
                pair.second, each, known, key="exclusions.second", shelf=shelf, chain=chain
            )
            if pair.second in known and pair.first in known and in_force(pair, year=year):
                kept.append(pair)
    return tuple(kept)


def _index(
    programmes: Iterable[Programme], rosters: Iterable[Roster], offices: Iterable[OfficeSpec]
) -> Mapping[tuple[str, str], object]:
    index: dict[tuple[str, str], object] = {}
    for programme in programmes:
        index["programme", programme.code] = programme
        for sub in programme.sub_items:
            index["sub_item", sub.code] = sub
    for roster in rosters:
        index["roster", roster.code] = roster
    for office in offices:
        index["office", office.code] = office
    return MappingProxyType(index)

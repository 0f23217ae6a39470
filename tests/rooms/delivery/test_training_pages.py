"""The pages of training: who sees a class, attendance by phone, doubts answered, papers."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.delivery.test_training_classes import END, START, School

from mingbai.delivery.models import AttendanceList, Certificate, ClassAnswer


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def school(county):
    return School(county)


@pytest.mark.django_db
def test_a_class_is_walked_from_doubt_to_certificate(school, client):
    school.roll("戊", "戊", "己")
    school.check()
    (standing,) = school.classes()
    pk, page = standing.training_class.pk, f"/programmes/training/{standing.training_class.pk}/"
    client.force_login(school.teacher, backend="mingbai.base.auth.OfficeBackend")
    assert "未核" in client.get("/programmes/training/?year=2021").content.decode()
    text = client.get(page).content.decode()
    assert "同一人在本班列了不止一行" in text
    (doubt,) = standing.doubts
    told = {"decision": "cleared", "words": "两人同名，证件各异"}
    client.post(f"/programmes/training/doubts/{doubt.doubt.pk}/", told)
    assert ClassAnswer.objects.unscoped("t").get().answered_by == school.teacher
    opened = client.post(
        f"{page}sessions/",
        {"held_date": "2021-03-15", "first_time": "08:30", "last_time": "11:30", "topic": ""},
    )
    phone = opened["Location"]
    assert client.get(phone).content.decode().count('name="present"') == 3
    client.post(phone, {"turn": "0", "present": ["4", "6"]})
    taken = AttendanceList.objects.unscoped("t").get()
    assert (taken.present_count, taken.listed_count) == (2, 2)
    assert "序号" in client.get(f"{page}sheet/").content.decode()
    client.post(f"{page}certificates/")
    assert Certificate.objects.unscoped("t").filter(training_class=pk).count() == 2
    assert client.post(f"{page}allowance/")["Content-Type"].endswith("sheet")


@pytest.mark.django_db
def test_a_plan_is_registered_and_others_do_not_find_it(school, client):
    from mingbai.base.models import OfficeDuty

    OfficeDuty.objects.create(
        office=school.county.school, sub_item="school.teachers", from_date=date(2021, 1, 1)
    )
    client.force_login(school.teacher, backend="mingbai.base.auth.OfficeBackend")
    told = {
        "sub_item": "school.teachers", "course": "电工", "place": "职教中心", "seats": 30,
        "start_date": START.isoformat(), "end_date": END.isoformat(),
    }  # fmt: skip
    wrong = client.post("/programmes/training/plan/?year=2021", {**told, "seats": 0})
    assert wrong.status_code == 422
    made = client.post("/programmes/training/plan/?year=2021", told)
    assert made.status_code == 302
    assert client.get(made["Location"]).status_code == 200
    client.force_login(school.county.tree.user_a, backend="mingbai.base.auth.OfficeBackend")
    assert client.get(made["Location"]).status_code == 404


@pytest.mark.django_db
def test_the_list_costs_the_same_for_more_classes(school, client, django_assert_max_num_queries):
    client.force_login(school.county.tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    for month in (3, 4, 5, 6):
        day = date(2021, month, 20)
        school.roll(f"人{month}", month=month, course=f"课{month}", start_date=day, end_date=day)
    with django_assert_max_num_queries(26):
        client.get("/programmes/training/?year=2021")


@pytest.mark.django_db
def test_a_long_roll_is_paged_and_names_are_masked(school, client):
    school.roll(*(f"学员{n}号" for n in range(60)))
    (standing,) = school.classes()
    page = f"/programmes/training/{standing.training_class.pk}/"
    client.force_login(school.teacher, backend="mingbai.base.auth.OfficeBackend")
    text = client.get(page).content.decode()
    assert "学员 60 人" in text
    assert "学员0号" not in text
    assert text.count('scope="row"') == 50
    assert client.get(f"{page}?page=2").content.decode().count('scope="row"') == 10

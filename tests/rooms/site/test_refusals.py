"""A refusal says why and what to do, in words, and leaves no traceback in the log."""

from __future__ import annotations

import logging
import re

import pytest
from tests.house.test_routes import DOES, PAGES_WITH, address, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def static_root(settings, tmp_path):
    """Pages need a folder for static files; tests have none collected."""
    settings.STATIC_ROOT = tmp_path


REFUSED = sorted(name for name, permission in (DOES | PAGES_WITH).items() if permission)


def test_each_refusal_gives_its_reason_and_the_next_step(tree, caplog):
    client = client_of(tree.payer)
    refused = 0
    for name in REFUSED:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            response = client.get(address(name)) if name in PAGES_WITH else client.post(
                address(name)
            )  # fmt: skip
        if response.status_code != 403:
            continue  # an object that is not there, or a permission the payer has
        refused += 1
        text = response.content.decode()
        assert re.search(r"<p>[\u4e00-\u9fff][^<]*由[^<]+。</p>", text), name
        assert "接下来：" in text
        logged = [each for each in caplog.records if each.name.startswith("django.request")]
        assert [each.levelname for each in logged] == ["WARNING"], name
        assert not any(each.exc_info for each in caplog.records), name
    assert refused >= 5


@pytest.mark.parametrize(
    ("path", "room"), [("/why/999999/", ""), ("/report/", "小结"), ("/registry/people/", "人员")]
)
def test_the_room_of_a_page_is_marked_in_the_navigation(tree, path, room):
    text = client_of(tree.clerk).get(path).content.decode()
    marked = re.findall(r'aria-current="(?:page|true)">([^<]+)</a></li>', text)
    assert marked == [room or "小结"]

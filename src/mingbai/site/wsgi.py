"""The WSGI entry for gunicorn."""

from __future__ import annotations

import gc
import os
from typing import Final

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.site.settings")
application = get_wsgi_application()

#: How many new objects let Python look for cycles; its own 700 is reached dozens of times a page.
_OBJECTS: Final = 50_000


def settle() -> None:
    """Once all is loaded, leave it out of the search for garbage; look for it less often.

    A page makes thousands of small records that nothing but the page holds: reference counts free
    them, and a search through them finds nothing. It took up to a quarter of a page's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 20)


settle()

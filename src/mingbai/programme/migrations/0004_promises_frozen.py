from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange
from mingbai.programme.migrations._guards import GuardPromises


class Migration(migrations.Migration):
    """Changes of targets, figures given and letters are frozen; triggers hold their order."""

    dependencies = [("programme", "0003_promises")]

    operations = [
        ForbidChange("programme_targetrevision"),
        ForbidChange("programme_revisedtarget"),
        ForbidChange("programme_revisedshare"),
        ForbidChange("programme_revisionstep"),
        ForbidChange("programme_upperfigure"),
        ForbidChange("programme_townpopulation"),
        ForbidChange("programme_dutyletter"),
        ForbidChange("programme_letterstep"),
        GuardPromises(),
    ]

"""Reasons for settling that somebody stands on no roster."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """More words for a reason; nothing changes in the database."""

    dependencies = [("registry", "0003_comparison")]

    operations = [
        migrations.AlterField(
            model_name="settlement",
            name="reason",
            field=models.CharField(
                choices=[
                    ("not_entitled", "经核实不符合条件"),
                    ("wrong_entry", "填报有误，已通知更正"),
                    ("twice", "重复申报"),
                    ("entitled", "经核实符合条件"),
                    ("other_person", "非同一人"),
                    ("agreed_account", "监护人或户主代领"),
                    ("list_wrong", "比对名单有误"),
                    ("due", "经核实应当纳入"),
                    ("not_due", "经核实不必纳入"),
                    ("unwilling", "本人不愿申请"),
                    ("gone", "已去世或迁出"),
                    ("corrected", "更正表中已不存在"),
                    ("came_back", "再次比对又出现"),
                ],
                max_length=20,
                verbose_name="理由",
            ),
        ),
    ]

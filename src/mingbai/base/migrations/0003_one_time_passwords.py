from django.db import migrations, models


class Migration(migrations.Migration):
    """A password given by the keeper lets its owner in only to choose their own."""

    dependencies = [("base", "0002_frozen")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_is_temporary",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="密码待本人更换"
            ),
        ),
    ]

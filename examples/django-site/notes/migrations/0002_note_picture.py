from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial")]
    operations = [
        migrations.AddField("note", "picture", models.ImageField(upload_to="pictures", blank=True)),
    ]

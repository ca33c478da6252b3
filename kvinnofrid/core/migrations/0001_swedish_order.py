"""Creates the Swedish sort key and the extension that exclusion constraints need."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from kvinnofrid.core.ordering import CREATE_FUNCTION, DROP_FUNCTION


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [BtreeGistExtension(), migrations.RunSQL(CREATE_FUNCTION, DROP_FUNCTION)]

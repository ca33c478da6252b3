"""The app that reads all others."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Överblick"

    def ready(self) -> None:
        from kvinnofrid.core import dispatcher
        from organisations.queries import tell_holdings
        from reports import actions
        from reports.queries.holdings import lines_of

        tell_holdings(lines_of)
        dispatcher.given_up.connect(actions.tell_of_failed_mail, dispatch_uid="reports.tell_of_failed_mail")

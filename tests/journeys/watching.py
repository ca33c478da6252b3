"""What no page may do while somebody uses it: complain on the console, ask another host, miss a file."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Request, Response

# The browser says this about every answer from 400 up; `_answered` tells files from pages.
STATUS_NOTE = "Failed to load resource: the server responded with a status of"


class Watch:
    """Gathers faults from all windows of a test. Breaches of the Content-Security-Policy come on the console."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.faults: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda error: self._failed(error.error))
        context.on("request", self._asked)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(STATUS_NOTE):
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    def _failed(self, error: Error) -> None:
        self.faults.append(f"script: {error}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.faults.append(f"{response.status}: {response.url}")

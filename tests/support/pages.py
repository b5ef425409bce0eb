"""Pages as a person sees them and a browser sends them back."""

import html
import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """`text` is what is read; `values` what a browser would send, by field; `invalid` the fields marked as wrong."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.options: list[str] = []
        self.invalid: set[str] = set()
        self.scripts: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.actions: list[str] = []
        self.steps: list[str] = []
        self.text = re.sub(
            r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<textarea.*?</textarea>", "", source, flags=re.DOTALL)))
        ).replace("\u00a0", " ")
        self._textarea: str | None = None
        self._in_datalist = False
        self.feed(source)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or given.get("id") or ""
        match tag:
            case "input" if given.get("type") != "file":
                self.values[name] = given.get("value") or ""
            case "textarea":
                self._textarea = name
                self.values[name] = ""
            case "datalist":
                self._in_datalist = True
            case "option" if not self._in_datalist:
                self.options.append(given.get("value") or "")
                if "selected" in given:
                    self.values["categorie"] = given.get("value") or ""
            case "script":
                self.scripts.append(given)
            case "a":
                self.links.append(given.get("href") or "")
            case "form":
                self.actions.append(given.get("action") or "")
            case "button" if name == "etape":
                self.steps.append(given.get("value") or "")
        if given.get("aria-invalid") == "true":
            self.invalid.add(given.get("id") or name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None
        elif tag == "datalist":
            self._in_datalist = False

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            # HTML drops the first line break of a textarea.
            self.values[self._textarea] += data if self.values[self._textarea] else data.removeprefix("\n")

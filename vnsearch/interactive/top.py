"""The top of the screen: the line to type in, how many documents there are, and how it went."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widgets import Input

from vnsearch.interactive import telling
from vnsearch.interactive.asking import Sought
from vnsearch.interactive.narrowing import chosen
from vnsearch.interactive.pane import CHOSEN, Line, wrong
from vnsearch.interactive.worker import Looked
from vnsearch.language import _
from vnsearch.model import Results
from vnsearch.render.marking import BRIGHT, FAINT
from vnsearch.render.safety import safe, visible


class Typing(Input):
    """The line to type in."""

    def __init__(self, text: str) -> None:
        super().__init__(text, compact=True, select_on_focus=False)
        self.cursor_position = len(text)
        self.cursor_blink = False  # each blink is sent, also over slow lines

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is right of the cursor."""
        return self.cursor_position >= len(self.value)


class Top(Container):
    """All of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """See `Widget`."""
        with Horizontal(id="first"):
            yield Line("prompt", Text().append(" › ", CHOSEN))
            yield Typing(self._text)
            yield Line("total")
        yield Line("told")

    def tell(
        self,
        sought: Sought,
        results: Results | None,
        looked: Looked,
        failure: Sequence[str],
    ) -> None:
        """Show what an answer is narrowed to, how the search went, or what is wrong."""
        line, total = Text("   "), ""
        for value in chosen(sought.files):
            line.append(f"[{safe(value.value)}]", BRIGHT).append(" ")
        told = [line]
        if failure:
            told = [Text(" ").append_text(wrong(visible(failure[0])))]
            told += [Text("   ").append(visible(part), FAINT) for part in failure[1:]]
        elif results is not None:
            parts = [*telling.told(results)]
            if looked.files_have_changed:
                parts.append(_("files have changed since they were indexed"))
            line.append(visible(" · ".join(parts)), FAINT)
            total = telling.total(results)
        elif not sought.text.strip():
            line.append(_("type what you look for, with marks or without"), FAINT)
        count = self.query_one("#total", Line)
        count.styles.width = cell_len(total) + 2
        count.show(Text().append(f" {total} ", FAINT))
        self.query_one("#told", Line).show(*told)

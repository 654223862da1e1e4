"""The screen: a line to type in, the hits, the text of one of them; see the room's `__init__`."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Paste
from textual.message import Message
from textual.widgets import Input

from vnsearch.interactive.asking import Count, Counted, Found, Read, Search, Shown, Sought
from vnsearch.interactive.guide import Guide, Keys
from vnsearch.interactive.hits import Hits
from vnsearch.interactive.narrowing import Narrowing
from vnsearch.interactive.opening import Finder, open_file
from vnsearch.interactive.pane import Line, Typed
from vnsearch.interactive.preview import Preview
from vnsearch.interactive.top import Top, Typing
from vnsearch.interactive.worker import Failed, Look, Looked, Renewed, Worker
from vnsearch.language import _, ngettext
from vnsearch.language.writing import number
from vnsearch.model import Hit
from vnsearch.platform import terminal_is_gone
from vnsearch.render.marking import FAINT
from vnsearch.render.safety import visible

if TYPE_CHECKING:
    from textual.timer import Timer

_PAUSE: Final = 0.06  # seconds without a key or a move before a text is read
_LOOK_AGAIN: Final = 2.0  # seconds between looks at whether the index was renewed
_TOLD: Final = 3.0  # seconds that a message is shown


class Opened(NamedTuple):
    """What was on the screen when it was left."""

    query: str
    hits: tuple[Hit, ...]


class _Answered(Message):
    """A worker has an answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


class SearchScreen(App[Opened]):
    """Search as one types."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-stacked"), (100, "-wide")]  # noqa: RUF012 - as Textual has it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "move(-1)", priority=True),
        Binding("down,ctrl+n", "move(1)", priority=True),
        Binding("shift+up,alt+up", "read(-1)", priority=True),
        Binding("shift+down,alt+down", "read(1)", priority=True),
        Binding("right", "go_right", priority=True),
        Binding("pageup", "page(-1)"),
        Binding("pagedown", "page(1)"),
        Binding("enter", "open", priority=True),
        Binding("tab,shift+tab", "narrow", priority=True),
        Binding("ctrl+y", "copy_path", priority=True),
        Binding("f1", "help", priority=True),
        Binding("escape", "close", priority=True),
        Binding("ctrl+c,ctrl+q", "leave", priority=True),
    ]

    def __init__(self, index: Path, sought: Sought, find: Finder) -> None:
        """`find`: the program that opens a file."""
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self._sought, self._find = sought, find
        self._asked: Search | None = None  # the last question
        self._found: Found | None = None  # the last answer
        self._reading: Timer | None = None
        self._forgetting: Timer | None = None
        self._looked = Looked(files_have_changed=False)
        self._wrong: Sequence[str] = ()  # what is wrong with the index, and what to do about it
        self._is_ready = False
        self.fault: Exception | None = None  # that ended the screen
        self._searching = Worker(index, self._deliver)
        self._details = Worker(index, self._deliver)

    def compose(self) -> ComposeResult:
        """See `App`."""
        yield Top(self._sought.text)
        with Container(id="body"):
            yield Hits()
            yield Line("rule")
            yield Preview()
            yield Narrowing()
        yield Keys()

    def on_mount(self) -> None:
        """Open the index, and begin."""
        self._hits, self._preview = self.query_one(Hits), self.query_one(Preview)
        self._narrowing, self._keys = self.query_one(Narrowing), self.query_one(Keys)
        self._typing = self.query_one(Typing)
        self._narrowing.display = False
        self._searching.start()
        self._details.start()
        self.set_interval(_LOOK_AGAIN, self._look_again)
        self._is_ready = True
        self._typing.focus()
        self._show_keys()
        self._search()
        self._searching.ask(Look())

    def _look_again(self) -> None:
        """See whether the index was renewed, and the terminal is still there."""
        if not self.is_headless and terminal_is_gone():
            self.exit()
        self._searching.ask(Look())

    def on_unmount(self) -> None:
        """Let go of the index."""
        self._searching.close()
        self._details.close()

    def _handle_exception(self, error: Exception) -> None:
        self.fault = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without a traceback: the command tells the fault."""
        self._close_messages_no_wait()

    def on_resize(self) -> None:
        """Draw the line between the panes anew."""
        self.query_one("#rule", Line).show(Text("─" * self.size.width, FAINT))
        self.call_after_refresh(self._search_on)

    # What is asked and answered

    def _deliver(self, answer: Any) -> None:
        """Called by the threads, perhaps after the screen was left."""
        with suppress(RuntimeError):
            self.post_message(_Answered(answer))

    @on(Input.Changed)
    def _search_for_it(self, event: Input.Changed) -> None:
        """Search for what is typed now."""
        if event.value != self._sought.text:
            self._sought = self._sought._replace(text=event.value)
            self._search()

    def _search(self, *, keep: bool = False) -> None:
        """Search; with `keep`, the hit chosen stays chosen if it is found again."""
        self._keep = self._hits.hit.id if keep and self._hits.hit else ""
        if not self._sought.text.strip():
            self._asked = self._found = None
            self._hits.show([])
            self._tell()
            self._choose()
            return
        count = max(self._hits.fitting + 2, self._hits.at + 1 if keep else 0)
        self._asked = Search(self._sought, 0, count)
        self._searching.ask(self._asked)

    def _search_on(self) -> None:
        """Ask for more hits when those there are come to their end."""
        found, hits = self._found, self._hits
        if found is None or self._asked is None or found.question.sought != self._sought:
            return
        last = found.results.offset + len(found.results.hits)
        is_last = not found.results.hits or last >= found.results.total
        if not is_last and hits.at + hits.fitting + 2 > len(hits.hits):
            question = Search(self._sought, last, max(hits.fitting, 10))
            if question != self._asked:
                self._asked = question
                self._searching.ask(question)

    @on(_Answered)
    def _show_answer(self, event: _Answered) -> None:
        """Show an answer, unless something else was asked meanwhile."""
        match event.answer:
            case Found() as found if found.question == self._asked:
                self._show_found(found)
            case Shown() as shown if shown.question.hit == self._hits.hit:
                self._preview.show(shown)
            case Counted(question, facets) if question.sought == self._sought:
                self._narrowing.show(facets, self._sought.files)
            case Renewed():
                self._search(keep=True)
            case Looked() as looked if looked != self._looked:
                self._looked = looked
                self._tell()
            case Failed(question, message, advice):
                self._fail(question, message, advice)
            case _:
                pass

    def _show_found(self, found: Found) -> None:
        self._wrong = ()
        self._found = found
        hits = [*found.results.hits]
        if found.question.offset:
            self._hits.show([*self._hits.hits, *hits], self._hits.at)
            return
        same = (n for n, hit in enumerate(hits) if self._keep and hit.id == self._keep)
        self._hits.show(hits, next(same, 0))
        self._tell()
        self._choose()
        if self._narrowing.display:
            self._details.ask(Count(self._sought))

    def _fail(self, question: Any, message: str, advice: str) -> None:
        if isinstance(question, Read):
            self._say(message, is_wrong=True)
            return
        self._wrong = [part for part in (message, advice) if part]
        self._tell()

    def _choose(self) -> None:
        """Show the chosen hit, its text when no key comes for a moment."""
        hit = self._hits.hit
        self._preview.announce(hit)
        if self._reading is not None:
            self._reading.stop()
        if hit is not None and not hit.by_name:
            self._reading = self.set_timer(_PAUSE, self._read)

    def _read(self) -> None:
        if (hit := self._hits.hit) is not None and self._found is not None:
            understood = self._found.results.understood
            searched = understood.text if understood.corrected else ""
            self._details.ask(Read(self._sought, hit, searched))

    # What is told

    def _tell(self) -> None:
        """Show how the search went, and what it is narrowed to."""
        results = None if self._found is None else self._found.results
        self.query_one(Top).tell(self._sought, results, self._looked, self._wrong)

    def _say(self, message: str, is_wrong: bool = False) -> None:
        self._keys.say(visible(message), is_wrong=is_wrong)
        if self._forgetting is not None:
            self._forgetting.stop()
        self._forgetting = self.set_timer(_TOLD, lambda: self._keys.say(""))

    def on_descendant_focus(self) -> None:
        """Tell the keys of use where one is now."""
        if self._is_ready:
            self._show_keys()

    def _show_keys(self) -> None:
        self._keys.show([*self._keys_now()])

    def _keys_now(self) -> Iterator[tuple[str, str]]:
        if self._narrowing.has_focus:
            yield from (("↑↓", _("choose")), ("Enter", _("narrow, or no longer")))
            yield "Tab", _("back")
            return
        yield "↑↓", _("hits")
        if self._preview.has_focus:
            yield from (("←→", _("places")), ("Enter", _("open")), ("y", _("copy")))
            yield "Y", _("copy the path")
        else:
            yield from (("→", _("places")), ("Enter", _("open")), ("Tab", _("narrow")))
        yield "Esc", _("leave")

    # What keys do

    def action_move(self, step: int) -> None:
        """Go to another hit; or to another value where one narrows."""
        if isinstance(self.screen, Guide):
            self.screen.action_scroll(step)
        elif self._narrowing.has_focus:
            self._narrowing.move(step)
        else:
            self._hits.move(step)

    def action_page(self, step: int) -> None:
        """Go on by a page."""
        self.action_move(step * max(1, self._hits.fitting - 1))

    def action_read(self, step: int) -> None:
        """Read on in the text."""
        self._preview.scroll_lines(step)

    @on(Hits.Chosen)
    def _show_chosen(self) -> None:
        """Show the text of another hit."""
        self._choose()
        self._search_on()

    def action_go_right(self) -> None:
        """Go right in what is typed, and from its end to the places of the hit. Done here, for
        keys that come at once are for the pane that has the focus then."""
        if isinstance(self.screen, Guide) or self._narrowing.has_focus:
            return
        if self._typing.has_focus and not self._typing.is_at_end:
            self._typing.action_cursor_right()
        elif self._hits.hit is not None:
            self.screen.set_focus(self._preview)
            self._preview.action_place(1)

    @on(Preview.Left)
    def _go_back(self) -> None:
        """Go back to typing."""
        self.screen.set_focus(self._typing)

    @on(Typed)
    def _go_on_typing(self, event: Typed) -> None:
        """Go on typing."""
        key = event.key
        self._show_narrowing(shown=False)
        if key.key == "backspace":
            self._typing.action_delete_left()
        elif key.key == "ctrl+u":
            self._typing.action_delete_left_all()
        elif key.is_printable and key.character:
            self._typing.insert_text_at_cursor(key.character)

    def on_paste(self, event: Paste) -> None:
        """Go on typing with what was pasted where nothing is typed."""
        if not isinstance(self.screen, Guide):
            self._show_narrowing(shown=False)
            self._typing.insert_text_at_cursor(" ".join(event.text.split()))

    def action_narrow(self) -> None:
        """Show what the answer may be narrowed to, or no longer."""
        self._show_narrowing(shown=not self._narrowing.display)

    def _show_narrowing(self, *, shown: bool) -> None:
        if isinstance(self.screen, Guide):
            return
        self._narrowing.display, self._preview.display = shown, not shown
        self.screen.set_focus(self._narrowing if shown else self._typing)
        if shown and self._sought.text.strip():
            self._details.ask(Count(self._sought))

    @on(Narrowing.Chosen)
    def _narrow_to(self, event: Narrowing.Chosen) -> None:
        """Narrow the answer."""
        self._sought = self._sought._replace(files=event.files)
        self._search()

    @on(Hits.Opened)
    def action_open(self) -> None:
        """Open the file at the place; choose, where one narrows."""
        if isinstance(self.screen, Guide):
            self.screen.dismiss()
        elif self._narrowing.has_focus:
            self._narrowing.action_choose()
        elif (hit := self._hits.hit) is not None:
            self._say(*open_file(self._find, hit.path, self._preview.place, self.suspend))

    @on(Preview.Copied)
    def _copy_part(self, event: Preview.Copied) -> None:
        """Copy the passage or the path."""
        if event.passage:
            text = self._preview.passage
            count = len(text)
            told = ngettext("copied {count} character", "copied {count} characters", count)
            self._copy(text, told.format(count=number(count)))
        else:
            self.action_copy_path()

    def action_copy_path(self) -> None:
        """Copy the path of the hit."""
        if (hit := self._hits.hit) is not None:
            path = str(Path(hit.path).absolute())
            self._copy(path, _("copied {path}").format(path=path))

    def _copy(self, text: str, told: str) -> None:
        self.copy_to_clipboard(text.encode("utf-8", "backslashreplace").decode())
        self._say(told)

    def action_help(self) -> None:
        """Show all keys."""
        if isinstance(self.screen, Guide):
            self.screen.dismiss()
        else:
            self.push_screen(Guide())

    def action_close(self) -> None:
        """Close what is open above the search, or leave."""
        if isinstance(self.screen, Guide):
            self.screen.dismiss()
        elif self._narrowing.display:
            self._show_narrowing(shown=False)
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """End."""
        hits = tuple(self._hits.hits) if self._found else ()
        self.exit(Opened(self._sought.text, hits))

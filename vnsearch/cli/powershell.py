"""Completion for PowerShell, which click lacks: `_VNSEARCH_COMPLETE=powershell_source`."""

import os

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class


def register() -> None:
    """Let click know it."""
    add_completion_class(_PowerShell)


class _PowerShell(ShellComplete):
    name = "powershell"
    # Of paths it says nothing: then the shell completes them itself.
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $ast, $position)
    $env:COMP_WORDS = ($ast.CommandElements | ForEach-Object { $_.ToString() }) -join "`n"
    $env:COMP_WORD = $word
    $env:%(complete_var)s = "powershell_complete"
    try {
        %(prog_name)s | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, "ParameterValue", $_)
        }
    } finally {
        Remove-Item Env:COMP_WORDS, Env:COMP_WORD, Env:%(complete_var)s
    }
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one to be completed, and what there is of that."""
        words = [word.strip("'\"") for word in os.environ["COMP_WORDS"].split("\n")[1:]]
        word = os.environ.get("COMP_WORD", "").strip("'\"")
        if word and words and words[-1] == word:
            words.pop()
        return words, word

    def format_completion(self, item: CompletionItem) -> str:
        """A line for the shell."""
        return str(item.value)

    def complete(self) -> str:
        """All lines; none for what is a path."""
        items = self.get_completions(*self.get_completion_args())
        return "\n".join(self.format_completion(item) for item in items if item.type == "plain")

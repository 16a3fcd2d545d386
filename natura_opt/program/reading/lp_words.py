"""The words of an LP file as its reader takes them: one after another, names as columns, numbers beside a sense."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from .draft import Draft
from .lp_tokens import INFINITE, Token, is_reserved, tokens
from .text import shown

#: A sense seen from the other side.
TURNED = {"<": ">", ">": "<", "=": "="}


class Words:
    """The words of one file, with as many looked at ahead as it takes."""

    def __init__(self, lines: Iterable[tuple[int, str]], draft: Draft) -> None:
        self.draft = draft
        self._tokens = tokens(lines, draft)
        self._ahead: deque[Token] = deque()

    def peek(self, ahead: int = 0) -> Token:
        """Return a word to come, the next or one further on."""
        while len(self._ahead) <= ahead:
            self._ahead.append(next(self._tokens, Token("end", "", 0)))
        return self._ahead[ahead]

    def next(self) -> Token:
        """Take the next word."""
        self.peek()
        return self._ahead.popleft()

    def label(self) -> Token | None:
        """Take a name and its colon, where they stand."""
        if self.peek().kind != "name" or self.peek(1).kind != "colon":
            return None
        name = self.next()
        self.next()
        return name

    def column(self, token: Token) -> int:
        """Return the position of a column, a new one where its name is new."""
        if is_reserved(token.text):
            self.draft.fail(
                token.line, f"{shown(token.text)} cannot be the name of a column; it is a word of the format"
            )
        columns = self.draft.columns
        at = columns.position.get(token.text)
        return columns.add(token.text, token.line) if at is None else at

    def side_ahead(self) -> bool:
        """Whether a number (or an infinity) with a sense after it comes next."""
        at = 0
        while self.peek(at).kind == "sign":
            at += 1
        return self._is_side(self.peek(at)) and self.peek(at + 1).kind == "sense"

    def side(self, where: str) -> float:
        """Take a number, or an infinity, with its signs."""
        sign = ""
        while self.peek().kind == "sign":
            sign = "-" if (self.next().text == "-") != (sign == "-") else ""
        token = self.next()
        if not self._is_side(token):
            what = f"not {shown(token.text)}" if token.text else "and there is none"
            self.draft.fail(
                token.line, f"{where}: a number is needed beside the sense, {what}; columns stand on one side"
            )
        return self.draft.limit(sign + token.text, token.line, f"{where}: the limit")

    def _is_side(self, token: Token) -> bool:
        return token.kind == "number" or (token.kind == "name" and token.text.lower() in INFINITE)


def direction(sense: str) -> str:
    """Return ``<``, ``>`` or ``=`` for a sense in any of its spellings."""
    return "<" if "<" in sense else ">" if ">" in sense else "="

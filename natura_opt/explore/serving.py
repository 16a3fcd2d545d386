"""The page served to the browsers of this machine, and to nothing else.

The server listens on 127.0.0.1 alone. A page of somewhere else, whose name is made to mean this machine after it is
loaded, still says its own name in what it asks: whatever is asked of another host, or from the page of another, is
refused. Pages are told to ask nothing of any other place.
"""

from __future__ import annotations

import base64
import logging
import shlex
import socket
import threading
import webbrowser
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, no_update
from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, make_server

from ..base.errors import NaturaError, OutputError
from ..base.places import entries
from ..economy.files.folder_writer import write
from .explorer import Explorer
from .page import INDEX, answered, commands, dial_rows, layout
from .scenario import sentence_of

HOST = "127.0.0.1"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)


def server_of(explorer: Explorer, port: int, out: str | None = None) -> BaseWSGIServer:
    """Return a server of the page, which listens already.

    Parameters
    ----------
    port : to listen on; 0 for any that is free. out : a folder to which scenarios may be written, too.

    Raises
    ------
    OutputError : the port is taken, or may not be listened on.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        listening = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"port {port}: {reason}; choose another with --port, or 0 for any that is free") from None
    with listening:
        server = make_server(HOST, port, Flask(__name__), threaded=True, fd=listening.fileno())
    server.app = application(explorer, _port(server), out).server
    return server


def serve(server: BaseWSGIServer, open_browser: bool) -> None:
    """Answer until the process ends."""
    if open_browser:
        opening = threading.Timer(0.2, webbrowser.open, [address_of(server)])
        opening.daemon = True
        opening.start()
    server.serve_forever()


def address_of(server: BaseWSGIServer) -> str:
    """Return where the page is."""
    return f"http://{HOST}:{_port(server)}/"


def _port(server: BaseWSGIServer) -> int:
    return int(server.socket.getsockname()[1])


def application(explorer: Explorer, port: int, out: str | None) -> Any:
    """Return the application: the page, and what happens when something on it is touched."""
    app = Dash(
        __name__, serve_locally=True, include_assets_files=False, assets_ignore=".*", title=explorer.start.economy.name,
        update_title="planning …", index_string=INDEX, suppress_callback_exceptions=True, add_log_handler=False,
        enable_mcp=False,
    )  # fmt: skip
    app.layout = lambda: layout(explorer, out)
    _guard(app.server, port)
    _callbacks(app, explorer)
    if out is not None:
        said = (Output("written", "children"), Input("write", "n_clicks"), State("given", "data"))
        app.callback(*said, prevent_initial_call=True)(lambda clicks, given: _written(explorer, given, out))
    return app


def _guard(server: Flask, port: int) -> None:
    """Refuse what is asked of other hosts or from other pages, and keep pages from asking of others."""
    own = {f"{name}:{port}" for name in (HOST, "localhost")}
    own |= {HOST, "localhost"} if port == 80 else set()

    @server.before_request
    def refuse_others() -> None:
        origin = request.headers.get("Origin")
        if request.headers.get("Host") not in own or (origin and origin.removeprefix("http://") not in own):
            abort(403)

    @server.errorhandler(Exception)
    def say_what_is_wrong(error: Exception) -> Any:
        """Answer what no page of this run asks (one of an earlier run may, or a program) without a traceback."""
        return error if isinstance(error, HTTPException) else Response(sentence_of(error), 400, mimetype="text/plain")

    @server.after_request
    def say_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def _callbacks(app: Any, explorer: Explorer) -> None:
    """Say what happens when something on the page is touched."""
    every, one = {"type": "given", "key": ALL}, {"type": "given", "key": MATCH}
    slider = {"type": "slider", "key": MATCH}

    def choose(chosen: list[str] | None, clicks: int | None, given: dict[str, Any]) -> Any:
        if ctx.triggered_id == "reset":
            return dial_rows(explorer, chosen or [], {}), {}
        return dial_rows(explorer, chosen or [], given), no_update

    def slide(value: Any) -> Any:
        return explorer.dials[ctx.triggered_id["key"]].read(value)

    def follow(value: Any, stands: Any) -> Any:
        dial = explorer.dials[ctx.triggered_id["key"]]
        return no_update if value is None or value == stands or not dial.low <= value <= dial.high else value

    def gather(values: list[Any], places: list[dict[str, str]], given: dict[str, Any]) -> Any:
        now = given | {place["key"]: value for place, value in zip(places, values, strict=True)}
        now = {key: value for key, value in now.items() if key not in explorer.dials or _differs(explorer, key, value)}
        return no_update if now == given else now

    def answer(given: dict[str, Any], page: str) -> Any:
        found = explorer.answer(page, given)
        return (no_update, no_update) if found is None else (answered(explorer, found), commands(found))

    def share(clicks: int, given: dict[str, Any]) -> Any:
        try:
            packed = base64.b64encode(explorer.scenario(given).to_zip()).decode("ascii")
        except (NaturaError, OSError) as error:
            return no_update, sentence_of(error)
        return {"content": packed, "base64": True, "filename": "scenario.zip", "type": "application/zip"}, ""

    given, again = State("given", "data"), Output("given", "data", allow_duplicate=True)
    turned = (Input("chosen", "value"), Input("reset", "n_clicks"))
    app.callback(Output("dials", "children"), again, *turned, given, prevent_initial_call=True)(choose)
    app.callback(Output(one, "value"), Input(slider, "value"), prevent_initial_call=True)(slide)
    app.callback(Output(slider, "value"), Input(one, "value"), State(slider, "value"), prevent_initial_call=True)(
        follow
    )
    app.callback(Output("given", "data"), Input(every, "value"), State(every, "id"), given, prevent_initial_call=True)(
        gather
    )
    shown = (Output("answer", "children"), Output("commands", "children"))
    app.callback(*shown, Input("given", "data"), State("page", "data"))(answer)
    packed = (Output("download", "data"), Output("written", "children", allow_duplicate=True))
    app.callback(*packed, Input("share", "n_clicks"), given, prevent_initial_call=True)(share)


def _differs(explorer: Explorer, key: str, value: Any) -> bool:
    """Whether a dial is turned; what it cannot be read as is kept, so that the answer says why."""
    try:
        return bool(explorer.dials[key].read(value) != explorer.dials[key].first)
    except NaturaError:
        return True


def _written(explorer: Explorer, given: dict[str, Any], out: str) -> str:
    """Write a scenario to the folder that was named, or beside it where one stands there already."""
    try:
        free = (place for place in _places(Path(out)) if not place.exists() or (place.is_dir() and not entries(place)))
        place = next(free)
        write(explorer.scenario(given).as_model(), place)
    except (NaturaError, OSError) as error:
        return sentence_of(error)
    return f"written to {place}: natura-opt solve {shlex.quote(str(place))}"


def _places(out: Path) -> Iterator[Path]:
    yield out
    yield from (out.with_name(f"{out.stem}_{k}{out.suffix}") for k in count(2))

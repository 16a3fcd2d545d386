"""The page: dials on the left, on the right the plan that is best then, beside the first one."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
from dash import dcc, html

from ..base.labels import name_of
from ..plan.limits import binding_limits
from ..plan.plan import Plan
from .dials import Dial
from .difference import Difference, differences
from .explorer import Answer, Explorer
from .figures import figures

#: So many rows of a table are shown, and so many dials to begin with.
_ROWS, _DIALS = 60, 5
#: Among so many limits those to begin with are looked for.
_LOOKED_THROUGH = 100
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
INDEX = f"""<!doctype html>
<html lang="en"><head>{{%metas%}}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{%title%}}</title>{{%favicon%}}{{%css%}}<style>{_STYLE}</style></head>
<body>{{%app_entry%}}<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer></body></html>
"""


def layout(explorer: Explorer, out: str | None) -> Any:
    """Return a new page, with dials for what is worth most in the first plan."""
    economy = explorer.start.economy
    chosen = first_chosen(explorer)
    options = [{"label": dial.words, "value": key, "search": dial.words} for key, dial in explorer.dials.items()]
    write = [html.Button(f"Write to {out}", id="write")] if out else []
    return html.Div(
        [
            dcc.Store(id="page", data=uuid4().hex),
            dcc.Store(id="given", data={}),
            html.Header(
                [
                    html.H1(economy.title or economy.name),
                    html.Div(
                        f"{explorer.first.objective_name}; question {explorer.start.question.name}", className="pale"
                    ),
                ]
            ),
            html.Div(
                [
                    html.Section(
                        [
                            html.H2("What is turned"),
                            html.Div("Choose limits, targets, caps and settings; type to search.", className="pale"),
                            dcc.Dropdown(options, chosen, id="chosen", multi=True, optionHeight="auto"),
                            html.Div(dial_rows(explorer, chosen, {}), id="dials"),
                            html.Button("All back to where they stood", id="reset"),
                            html.H2("Share"),
                            html.Button("Download as a model folder", id="share"),
                            *write,
                            dcc.Download(id="download"),
                            html.Div(id="written", role="status"),
                            html.Div(id="commands"),
                        ],
                        title="What is turned",
                    ),
                    html.Main(html.Div(id="answer")),
                ],
                className="both",
            ),
        ]
    )


def first_chosen(explorer: Explorer) -> list[str]:
    """Return the dials that a page begins with: limits of which all there is is worth most, then others."""
    known = {
        (dial.limits, "" if dial.knob.period is None else name_of(dial.knob.period)): key
        for key, dial in reversed(explorer.dials.items())
        if dial.knob.table and dial.knob.table != "targets"
    }
    limits = None if explorer.first.impossibility else binding_limits(explorer.first, most=_LOOKED_THROUGH)
    valued = [] if limits is None else list(zip(limits["name"], limits["period"], strict=True))
    found = [known.get((name, period)) or known.get((name, "")) for name, period in valued]
    others = [key for key, dial in explorer.dials.items() if dial.knob.table]
    return [key for key in dict.fromkeys([*found, *others]) if key][:_DIALS]


def dial_rows(explorer: Explorer, chosen: list[str], given: dict[str, Any]) -> list[Any]:
    """Return a row for each dial that is chosen, where it is set to now."""
    return [_row(explorer.dials[key], given.get(key)) for key in chosen if key in explorer.dials]


def _row(dial: Dial, given: Any) -> Any:
    number = isinstance(dial.first, int | float) and not isinstance(dial.first, bool) and abs(dial.first) < float("inf")
    stands = given if given not in (None, "") else dial.first if number or dial.choices else None
    unit = f" ({dial.unit})" if dial.unit else ""
    place = {"type": "given", "key": dial.key}
    if dial.choices:
        words = str(stands).lower() if isinstance(stands, bool) else stands
        choice = dcc.Dropdown(list(dial.choices), words, id=place, clearable=False)
        return html.Div([html.Label(dial.words), choice], className="dial")
    at_first = f"{dial.first:.10g}" if number else "no limit" if dial.knob.table else "not set"
    field = dcc.Input(id=place, type="number", value=stands, step="any", debounce=0.4, placeholder=at_first)
    said = html.Label([f"{dial.words}{unit}: ", field])
    slider = [
        dcc.Slider(
            min=dial.low, max=dial.high, step=dial.step, value=stands if stands is not None else dial.high, marks=None,
            id={"type": "slider", "key": dial.key}, allow_direct_input=False, updatemode="mouseup",
        )
    ] if dial.slides else []  # fmt: skip
    return html.Div([said, *slider, html.Div(f"first: {at_first}", className="pale")], className="dial")


def answered(explorer: Explorer, answer: Answer | None) -> list[Any]:
    """Return what is said of an answer."""
    if answer is None:
        return []
    if answer.plan is None:
        return [html.Div(answer.trouble, className="card trouble", role="alert")]
    plan, first = answer.plan, explorer.first if explorer.first.impossibility is None else None
    head = _status(plan, first)
    if plan.impossibility is not None:
        return [head]
    parts: list[Any] = [head]
    for title, figure in figures(first, plan):
        parts += [html.H2(title), dcc.Graph(figure=figure, config={"displayModeBar": False, "responsive": True})]
    for difference in differences(first, plan):
        parts += _table(difference)
    return parts


def commands(answer: Answer | None) -> list[Any]:
    """Return how else the scenario could be had: a command, and lines of Python."""
    if answer is None or answer.scenario is None:
        return []
    scenario = answer.scenario
    return [
        html.H2("The same on the command line"),
        html.Pre(scenario.on_the_command_line(), id="command"),
        html.H2("The same in Python"),
        html.Pre(scenario.in_python(), id="python"),
    ]


def _status(plan: Plan, first: Plan | None) -> Any:
    proved = plan.proved or (plan.impossibility is not None and plan.impossibility.proved)
    said: list[Any] = [html.Span(str(plan.status), className="proved" if plan.proved else "trouble", id="status")]
    if plan.impossibility is not None:
        said.append(html.P(plan.impossibility.sentence, id="sentence", role="alert"))
    else:
        said.append(html.Span(f"  {plan.certificate}", className="pale"))
        said.append(html.Div(["objective ", html.Strong(f"{plan.objective:.10g}", id="objective")]))
        if first is not None:
            change = f"{plan.objective - first.objective:+.6g} beside the first plan's {first.objective:.10g}"
            said.append(html.Div("the first plan" if plan is first else change, className="pale"))
    if not proved:
        said.append(html.P("This is NOT proved: what the solver had is shown.", className="trouble"))
    return html.Div(said, className="card", role="status")


def _table(difference: Difference) -> list[Any]:
    table = difference.table
    labels = [name for name in table.columns if name not in ("first", "now", "change")]
    head = [html.Th(name, className="" if name in labels else "figure", scope="col") for name in table.columns]
    rows = [
        html.Tr([html.Td(_cell(value), className="" if name in labels else "figure") for name, value in row.items()])
        for row in table.head(_ROWS).to_dict("records")
    ]
    left = len(table) - len(rows)
    more = [html.Div(f"and {left:,} more", className="pale")] if left > 0 else []
    shown = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], title=difference.title)
    return [html.H2(difference.title), html.Div(shown, className="wide", tabIndex="0"), *more]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else f"{value:,.6g}"

"""What a newcomer stumbled on in the first ten minutes (notebooks/site/first_ten_minutes.md), and what is said now."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.base.errors import unknown
from natura_opt.cli.app import app

GIVEN = {"goods": ["power", "bread"], "inputs": [[0.0, 0.1], [0.0, 0.0]]}
FLOWS = ",farms,works,homes\nfarms,20,40,40\nworks,15,60,25\nwages,30,40,\n"


def said(*arguments: object, code: int = 0) -> str:
    """Return the one line or the page that a command prints, after its exit code is compared."""
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a table of flows and a model of one's own."""
    monkeypatch.chdir(tmp_path)
    Path("flows.csv").write_text(FLOWS, encoding="utf-8")
    no.write(no.read("wheat_cloth"), "my_model")
    return tmp_path


@pytest.mark.parametrize("by_name", [{"power": 1.0, "bread": 2.0}, {"bread": 2.0, "power": 1}, {"bread": 2.0}])
def test_targets_by_name_in_a_mapping_are_told_what_a_mapping_is(by_name: dict[str, float]) -> None:
    with pytest.raises(no.DataError, match=r"table 'targets': a mapping is by period, and .*'bread'.* name goods"):
        no.build_economy(**GIVEN, targets=by_name)
    whole = {"power": 0.0, **by_name}
    economy = no.build_economy(**GIVEN, targets=pd.Series(whole))
    assert economy.vector("targets", 0).tolist() == [whole["power"], 2.0]


def test_periods_that_are_called_like_goods_stay_periods() -> None:
    economy = no.build_economy(**GIVEN, targets={"power": [1.0, 2.0], "bread": [3.0, 4.0]})
    assert economy.periods.to_list() == ["power", "bread"]
    assert [economy.vector("targets", t).tolist() for t in (0, 1)] == [[1.0, 2.0], [3.0, 4.0]]
    one = no.build_economy(goods=["power"], inputs=[[0.1]], targets={"power": 5.0})
    assert one.vector("targets", 0).tolist() == [5.0]


def test_an_argument_that_is_not_there_names_the_function_and_the_nearest() -> None:
    economy = no.read("wheat_cloth_pollution")
    with pytest.raises(TypeError, match=r"require\(\): .*'emision'; did you mean 'emissions'\?"):
        economy.require("clean", {}, "<=", 1.0, emision={"smoke": 1.0})
    with pytest.raises(TypeError, match=r"require\(\): missing a required argument: 'sense'$"):
        economy.require("clean", {})


def test_a_name_that_is_a_good_and_a_technique_is_listed_once() -> None:
    assert unknown("name", "x", ["b", "a", "b"]) == "unknown name 'x'; Known: a, b"
    with pytest.raises(no.QuestionError, match=r"did you mean 'wheat'\? Known: cloth, labour, wheat$"):
        no.solve("wheat_cloth").explain("whaet")


def test_a_folder_beside_that_is_called_nearly_so_is_suggested(place: Path) -> None:
    assert said("solve", "my_modle", code=2) == "error: unknown model 'my_modle'; did you mean the folder 'my_model'?\n"
    with pytest.raises(no.DataError, match="did you mean the folder 'here/my_model'"):
        Path("here").symlink_to(place)
        no.read("here/my_modle")
    with pytest.raises(no.DataError, match=r"did you mean 'wheat_cloth'\? .*nor is there a folder of this name"):
        no.read("wheat_clot")
    assert said("solve", "flowers", code=2).endswith("nor is there a folder of this name\n")  # flows.csv is none
    assert said("solve", "nowhere/my_model", code=2).endswith("nor is there a folder of this name\n")
    assert said("solve", "m" * 3000, code=2).startswith("error: ")


def test_a_table_of_flows_is_no_model_and_the_way_to_one_is_said(place: Path) -> None:
    assert "holds economy.toml; a table of flows is read by read_flows, or natura-opt import flows" in said(
        "solve", "flows.csv", code=2
    )
    refused = said("import", "flows", "flows.csv", "made", code=2)
    assert "besides the goods: 'homes' (in a shell: --final-demand, once for each)" in refused
    Path("flows.csv").write_text(FLOWS.replace("60", "sixty"), encoding="utf-8")
    refused = said("import", "flows", "flows.csv", "made", "--final-demand", "homes", code=2)
    assert (
        "'sixty' is not a number; where it stands for none, say so (zeros=['sixty']), in a shell by --zero" in refused
    )


def test_an_import_without_resources_says_how_to_have_one(place: Path) -> None:
    asked = ("import", "flows", "flows.csv")
    assert "no resource is scarce: --resource NAME" in said(*asked, "free", "--final-demand", "homes")
    bound = said(*asked, "bound", "--final-demand", "homes", "--resource", "wages")
    assert "1 resource" in bound and "scarce" not in bound
    assert no.solve(no.read("bound")).assert_optimal().objective == pytest.approx(70.0)  # all wages: 30 + 40


def test_sentences_end_and_count_as_one_would_write_them(place: Path) -> None:
    assert "Did you mean 'solve'? See " in said("slove", "wheat_cloth", code=2)
    assert "'MODEL'; see " in said("solve", code=2)
    assert ", 1 period; next:" in said("generate", "one", "--goods", "5", "--seed", "1")
    listed = said("models")
    assert "(2 goods, 1 period)" in listed and "(4 goods, 5 periods)" in listed and "1 periods" not in listed

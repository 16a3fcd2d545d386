"""Price coordination over a cluster: the same answer to the last bit, whoever answers and whoever is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.generate.planned import planned
from natura_opt.methods.prices import on_cluster, price_coordination
from natura_opt.methods.prices.distributed_table import DistributedTable, blocks_for, bytes_of
from natura_opt.methods.prices.on_cluster import KeepersOnCluster, client_of
from natura_opt.methods.prices.price_coordination import Coordination, coordinate
from natura_opt.methods.prices.table_block import BlockKeeper, Blocks, TableBlock
from natura_opt.methods.prices.technique_table import Shares, TechniqueTable

distributed = pytest.importorskip("distributed", reason="Dask's distributed is not installed")


class KeepersHere:
    """Keepers of blocks in this process, some of whom are lost at calls that are told."""

    def __init__(self, blocks: Sequence[Any], lost: dict[int, int] | None = None) -> None:
        self.blocks, self.lost, self.calls = blocks, lost or {}, 0
        self.keepers = [BlockKeeper() for _ in blocks]
        self.facts = [keeper.keep(block) for keeper, block in zip(self.keepers, blocks, strict=True)]
        self.knows: list[dict[str, Any]] = [{} for _ in blocks]

    def call(self, message: Callable[[int], tuple[Any, ...]]) -> list[Any]:
        self.calls += 1
        if self.calls in self.lost:
            block = self.lost[self.calls] % len(self.blocks)
            message(block)  # was told, and took it to the grave
            self.keepers[block] = BlockKeeper()
            self.keepers[block].keep(lambda: self.blocks[block])
            self.knows[block].clear()
        return [keeper.answer(*message(block)) for block, keeper in enumerate(self.keepers)]


def seeded_table(seed: int, goods: int = 900, inputs: int = 20, things: int = 4) -> TechniqueTable:
    """One to four techniques per good, in no order, some scarce things used by one technique alone."""
    rng = np.random.default_rng(seed)
    ways = rng.integers(1, 5, goods)
    first = np.concatenate([[0], np.cumsum(ways)])
    count = int(first[-1])
    places = (np.repeat(np.arange(count), inputs), rng.integers(goods, size=count * inputs))
    table = sp.csr_array(sp.coo_array((rng.uniform(0.1, 1.0, count * inputs) / inputs, places), shape=(count, goods)))
    use = sp.random_array((count, things + 2), density=0.4, rng=rng, format="lil")
    use[:, things:] = 0.0
    use[rng.integers(count), things], use[rng.integers(count), things + 1] = 2.0, 3.0
    return TechniqueTable(table, sp.csr_array(use), first, rng.permutation(count))


def mixed_shares(table: TechniqueTable, seed: int) -> Shares:
    """One technique of each good, or all of them."""
    rng = np.random.default_rng(seed)
    kept = [
        table.rows[a:z] if rng.random() < 0.3 else table.rows[a : a + 1]
        for a, z in zip(table.first[:-1], table.first[1:], strict=True)
    ]
    count = np.array([len(one) for one in kept])
    return Shares(np.concatenate([[0], np.cumsum(count)]), np.concatenate(kept), np.repeat(1.0 / count, count))


def every_answer(table: Any, seed: int, kind: type = np.float64) -> dict[str, Any]:
    """Ask a table everything it can be asked."""
    rng = np.random.default_rng(seed)
    goods, things = table.goods, table.things
    point, prices, outputs = rng.dirichlet(np.ones(things)), rng.uniform(0.5, 2.0, goods), rng.uniform(0.0, 3.0, goods)
    outputs[rng.random(goods) < 0.1] = 0.0
    columns = rng.uniform(0.0, 1.0, (goods, things)).astype(kind)
    scarcity = table.scarcity(point)
    lowest, chosen = table.ask(scarcity, prices)
    changed, _ = table.ask(1.0 + scarcity, prices)
    some = rng.permutation(len(table.rows))[:50]
    picked = table.inputs_of(some)
    mixed, alone = mixed_shares(table, seed), Shares.of(chosen)
    surveyed = np.empty((int(table.ways[table.choosing].sum()), things), kind)
    sole = sp.csc_array(table.sole_use())
    return {
        "scarcity": scarcity,
        "lowest": lowest,
        "chosen": chosen,
        "changed": changed,
        "costs": table.costs_of(some, scarcity, prices),
        "inputs": picked.toarray(),
        "sole": sole[:, np.flatnonzero(np.diff(sole.indptr) == 1)].toarray(),
        "spent": table.times(mixed, prices),
        "spent alone": table.times(alone, prices),
        "ordered": table.transposed(mixed, outputs),
        "ordered alone": table.transposed(alone, outputs),
        "contents": table.times_columns(mixed, columns, np.empty((goods, things), kind)),
        "direct": table.use_columns(mixed, np.empty((goods, things), kind)),
        "total": table.total_use(mixed, outputs),
        "survey": table.survey(mixed, columns, prices, point, 1.0 + point, surveyed),
    }


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for name, answer in ours.items():
        np.testing.assert_array_equal(theirs[name], answer, err_msg=name)


@pytest.mark.parametrize("kind", [np.float64, pytest.param(np.float32, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("seed", range(3))
def test_four_blocks_answer_to_the_last_bit_what_the_whole_table_does(seed: int, kind: type) -> None:
    table = seeded_table(seed)
    assert table.inputs.nnz > 20_000, "more than one block"
    apart = DistributedTable(KeepersHere(Blocks(table, 4)), table.rows)
    assert (apart.goods, apart.things, apart.longest) == (table.goods, table.things, table.longest)
    np.testing.assert_array_equal(apart.first, table.first)
    np.testing.assert_array_equal(apart.makes, table.makes)
    assert_same(every_answer(table, seed, kind), every_answer(apart, seed, kind))
    assert apart.passes == pytest.approx(table.passes, rel=1e-12)
    assert apart.told == table.told


@pytest.mark.parametrize("count", [1, 16, pytest.param(64, marks=pytest.mark.exhaustive)])
def test_other_numbers_of_blocks_change_only_the_last_bits_of_orders(count: int) -> None:
    table = seeded_table(7)
    ours = every_answer(table, 7)
    theirs = every_answer(DistributedTable(KeepersHere(Blocks(table, count)), table.rows), 7)
    for name in ("ordered", "ordered alone"):
        np.testing.assert_allclose(theirs.pop(name), ours.pop(name), rtol=1e-14)
    assert_same(ours, theirs)


def test_a_small_table_is_one_block_and_blocks_depend_on_its_size_alone() -> None:
    small = seeded_table(3, goods=60, inputs=5)
    apart = DistributedTable(KeepersHere(Blocks(small, blocks_for(small.inputs.nnz))), small.rows)
    assert_same(every_answer(small, 3), every_answer(apart, 3))
    assert [blocks_for(n) for n in (0, 20_000, 20_001, 40_000_000, 40_000_001, 10**12)] == [1, 1, 4, 4, 8, 64]


def test_a_keeper_lost_at_any_question_changes_nothing() -> None:
    table = seeded_table(5)
    ours, blocks = every_answer(table, 5), list(Blocks(table, 4))
    asked = KeepersHere(blocks)
    assert_same(ours, every_answer(DistributedTable(asked, table.rows), 5))
    assert asked.calls == 13
    for call in range(1, asked.calls + 1):
        assert_same(ours, every_answer(DistributedTable(KeepersHere(blocks, {call: call}), table.rows), 5))


def test_a_block_is_told_once_which_techniques_are_in_use_and_hears_only_prices_of_its_needs() -> None:
    table = seeded_table(2)
    keepers = KeepersHere(Blocks(table, 4))
    apart = DistributedTable(keepers, table.rows)
    scarcity = apart.scarcity(np.full(apart.things, 0.1))
    _, chosen = apart.ask(scarcity, np.ones(apart.goods))
    needs = sum(len(fact.needs) for fact in keepers.facts)
    assert apart.by_question["ask"] == (1, 8 * needs, 9 * apart.goods), "which way of making it is one byte"
    shares = Shares.of(chosen)
    for calls in (1, 2):
        apart.times(shares, np.ones(apart.goods))
        assert apart.by_question["spend"] == (calls, 8 * needs * calls + apart.goods, 8 * apart.goods * calls)
    assert apart.wire == apart.sent + apart.received == sum(sum(row[1:]) for row in apart.by_question.values())
    assert bytes_of(("ask", None, (np.zeros(3), None), [np.zeros(2, np.uint8)])) == 26


def test_blocks_that_need_little_of_each_other_hear_little() -> None:
    rng = np.random.default_rng(1)
    goods, inputs = 2_000, 12
    near = (np.repeat(np.arange(goods), inputs) + rng.integers(-20, 20, goods * inputs)) % goods
    rows = np.repeat(np.arange(goods), inputs)
    values = rng.uniform(0.1, 1.0, goods * inputs)
    band = sp.csr_array(sp.coo_array((values, (rows, near)), shape=(goods, goods)))
    table = TechniqueTable(band, sp.csr_array(np.ones((goods, 1))), np.arange(goods + 1))
    blocks = list(Blocks(table, 4))
    assert max(len(block.needs) for block in blocks) < 0.3 * goods
    assert sum(block.nbytes for block in blocks) < 2.0 * 16 * table.inputs.nnz
    apart = DistributedTable(KeepersHere(blocks))
    one, all_alike = np.ones(1), np.ones(goods)
    lowest, _ = apart.ask(apart.scarcity(one), all_alike)
    np.testing.assert_array_equal(lowest, table.ask(table.scarcity(one), all_alike)[0])


@pytest.fixture(scope="module")
def economy() -> no.Economy:
    return planned(goods=700, inputs=16, techniques=2, resources=5, pattern="uniform", radius=0.8, seed=3)


@pytest.fixture(scope="module")
def here(economy: no.Economy) -> Coordination:
    return coordinate(economy, economy.question())


def assert_same_coordination(found: Coordination, here: Coordination) -> None:
    assert (found.claim, found.assortments, found.bound, found.gap) == (
        here.claim,
        here.assortments,
        here.bound,
        here.gap,
    )
    for name in ("activities", "good_prices", "resource_prices", "mix"):
        np.testing.assert_array_equal(getattr(found, name), getattr(here, name), err_msg=name)
    assert found.passes == pytest.approx(here.passes, rel=1e-9)


@contextmanager
def workers(count: int, **options: Any) -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=count, threads_per_worker=1, dashboard_address=":0", **{"processes": False, **options}
    ) as cluster:
        yield cluster


def test_one_two_and_four_workers_find_the_same_plan_as_one_machine(economy: no.Economy, here: Coordination) -> None:
    wires = set()
    for count in (1, 2, 4):
        with workers(count) as cluster:
            found = coordinate(economy, economy.question(), cluster=cluster.scheduler_address)
        assert_same_coordination(found, here)
        wire = tuple(done.wire for done in found.rounds)
        assert wire[0] > 0 and (np.diff(wire) > 0).all()
        wires.add(wire)
    assert len(wires) == 1, "what goes over the wire depends on the economy alone"
    assert {done.wire for done in here.rounds} == {0}


def test_a_plan_by_a_cluster_is_proved_and_says_what_went_over_the_wire(economy: no.Economy) -> None:
    with workers(2) as cluster:
        plan = no.solve(economy, method="prices", cluster=cluster.scheduler_address)
    assert plan.certificate.proved and "bytes to the cluster and back" in plan.attempts[0].message


def test_a_worker_that_ends_in_mid_round_costs_a_question(
    economy: no.Economy, here: Coordination, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[KeepersOnCluster] = []
    calls = 0
    call = KeepersOnCluster.call

    with workers(2) as cluster:

        def ends_a_worker(keepers: KeepersOnCluster, message: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 30:
                made.append(keepers)
                cluster.sync(next(iter(cluster.workers.values())).close, nanny=False)
            return call(keepers, message)

        monkeypatch.setattr(KeepersOnCluster, "call", ends_a_worker)
        found = coordinate(economy, economy.question(), cluster=cluster.scheduler_address)
    assert made[0].lost == 2, "the blocks of one of two workers"
    assert_same_coordination(found, here)
    assert len(found.rounds) == len(here.rounds)


def test_limits_of_time_and_rounds_and_interruption_hold_on_a_cluster(
    economy: no.Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workers(1) as cluster:
        address = cluster.scheduler_address
        assert str(coordinate(economy, economy.question(), cluster=address, time_limit=1e-9).claim) == "time limit"
        assert str(coordinate(economy, economy.question(), cluster=address, max_rounds=1).claim) == "iteration limit"

        ask, asked = DistributedTable.ask, 0

        def interrupted(table: DistributedTable, *given: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == 15:
                raise KeyboardInterrupt
            return ask(table, *given)

        monkeypatch.setattr(DistributedTable, "ask", interrupted)
        found = coordinate(economy, economy.question(), cluster=address)
    assert str(found.claim) == "interrupted" and found.rounds


def test_a_cluster_that_cannot_be_used_is_refused_in_a_sentence(
    economy: no.Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(no.OptionError, match="does not answer"):
        no.solve(economy, method="prices", cluster="nowhere://at all")
    with pytest.raises(no.OptionError, match="cluster must be the address"):
        no.solve(economy, method="prices", cluster=4)
    monkeypatch.setattr(on_cluster, "_WAIT", 0.2)
    with workers(0) as cluster, pytest.raises(no.OptionError, match="no worker"):
        coordinate(economy, economy.question(), cluster=cluster.scheduler_address)

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(on_cluster, "import_module", missing)
    with pytest.raises(no.OptionError, match=r"natura-opt\[cluster\]"), client_of("tcp://127.0.0.1:1"):
        pass


def test_a_block_that_is_always_lost_ends_the_run_in_a_sentence() -> None:
    blocks = Blocks(seeded_table(4), 4)

    def no_memory() -> TableBlock:
        raise RuntimeError("no room for it")

    lost = pytest.raises(no.OptionError, match=r"block 2 .* lost 5 times .* no room for it")
    with workers(1) as cluster, client_of(cluster.scheduler_address) as client, lost:
        KeepersOnCluster(client, [blocks[0], no_memory, blocks[2], blocks[3]])


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_process_that_is_killed_in_mid_round_costs_a_question(part: float) -> None:
    economy = planned(goods=3_000, inputs=15, techniques=2, resources=6, pattern="uniform", radius=0.8, seed=1)
    here = coordinate(economy, economy.question())
    with workers(2, processes=True) as cluster:
        address = cluster.scheduler_address
        coordinate(economy, economy.question(), cluster=address)
        whole = coordinate(economy, economy.question(), cluster=address)
        victim = next(iter(cluster.workers.values())).pid

        def kill() -> None:
            time.sleep(part * whole.seconds)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        found = coordinate(economy, economy.question(), cluster=address)
        killer.join()
    assert_same_coordination(found, here)
    assert len(found.rounds) == len(here.rounds)


class Waiting:
    """An answer that does not come."""

    def __init__(self, *errors: Exception, done: bool = False) -> None:
        self.errors, self._done = list(errors), done

    def result(self, timeout: float) -> Any:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return "answered"

    def done(self) -> bool:
        return self._done


@pytest.mark.parametrize(
    ("waiting", "status", "found"),
    [
        (Waiting(), "finished", "answered"),
        (Waiting(TimeoutError(), TimeoutError()), "finished", "answered"),  # slow, but there
        (Waiting(TimeoutError(), TimeoutError()), "error", None),  # gone without a word
        (Waiting(TimeoutError(), done=True), "finished", None),  # the connection timed out
        (Waiting(OSError("broken")), "finished", None),
        (Waiting(RuntimeError("lost")), "finished", None),
        (Waiting(KeyError("actor")), "finished", None),
    ],
)
def test_a_slow_worker_is_waited_for_and_a_lost_one_is_not(waiting: Waiting, status: str, found: str | None) -> None:
    keepers = KeepersOnCluster.__new__(KeepersOnCluster)
    keepers._futures = [type("Future", (), {"status": status})()]
    heard = keepers._heard(0, waiting)
    assert heard == found if found else isinstance(heard, on_cluster._Lost)


def test_what_a_worker_cannot_compute_is_no_loss_of_a_worker() -> None:
    keepers = KeepersOnCluster.__new__(KeepersOnCluster)
    keepers._futures = [type("Future", (), {"status": "finished"})()]
    with pytest.raises(ZeroDivisionError):
        keepers._heard(0, Waiting(ZeroDivisionError()))


@contextmanager
def here_in_blocks(monkeypatch: pytest.MonkeyPatch, count: int, lost: dict[int, int] | None = None) -> Iterator[None]:
    """Let ``cluster=`` keep blocks in this process, whatever their size, some of them lost at some calls."""

    @contextmanager
    def table_here(table: TechniqueTable, address: str) -> Iterator[DistributedTable]:
        yield DistributedTable(KeepersHere(list(Blocks(table, count)), lost), table.rows)

    with monkeypatch.context() as patched:
        patched.setattr(price_coordination, "table_on_cluster", table_here)
        yield


def test_keepers_lost_all_through_the_rounds_change_nothing(
    economy: no.Economy, here: Coordination, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here_in_blocks(monkeypatch, 4, {call: call // 7 for call in range(1, 1_000, 7)}):
        assert_same_coordination(coordinate(economy, economy.question(), cluster="here"), here)


@pytest.mark.parametrize("model", ["kantorovich_machines", "excavators"])
def test_shipped_models_have_the_same_plan_in_one_block(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    economy = no.read(model)
    here = coordinate(economy, economy.question())
    with here_in_blocks(monkeypatch, 1):
        assert_same_coordination(coordinate(economy, economy.question(), cluster="here"), here)


@pytest.mark.parametrize("seed", range(3))
def test_small_economies_in_many_blocks_have_the_same_optimum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    economy = planned(goods=40, inputs=4, techniques=3, resources=3, pattern="uniform", radius=0.7, seed=seed)
    here = coordinate(economy, economy.question())
    with here_in_blocks(monkeypatch, 8):
        found = coordinate(economy, economy.question(), cluster="here")
    assert found.claim is here.claim
    assert found.assortments <= here.bound * (1 + 1e-12) and here.assortments <= found.bound * (1 + 1e-12)
    assert found.rounds[-1].wire > 0


def test_an_economy_that_makes_nothing_is_refused_alike_wherever_its_techniques_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    economy = no.build_economy(
        name="eats itself",
        goods=["corn", "iron"],
        techniques=["farm", "mine"],
        resources=["labour"],
        inputs=np.array([[0.6, 0.7], [0.7, 0.6]]),
        outputs=np.eye(2),
        resource_use=np.ones((1, 2)),
        resource_limits=[10.0],
        targets=[1.0, 1.0],
        objective="assortment",
    )
    with pytest.raises(no.QuestionError, match="not productive") as at_home:
        coordinate(economy, economy.question())
    with here_in_blocks(monkeypatch, 2), pytest.raises(no.QuestionError) as apart:
        coordinate(economy, economy.question(), cluster="here")
    assert str(apart.value) == str(at_home.value)


def test_on_paper_bytes_are_those_that_were_measured() -> None:
    from benchmarks.cases.cluster import Shape

    rng = np.random.default_rng(0)
    goods, ways, inputs, things = 2_000, 2, 8, 3
    count = goods * ways
    places = (np.repeat(np.arange(count), inputs), rng.integers(goods, size=count * inputs))
    matrix = sp.csr_array(sp.coo_array((rng.uniform(0.1, 1.0, count * inputs), places), shape=(count, goods)))
    table = TechniqueTable(matrix, sp.csr_array(np.ones((count, things))), np.arange(0, count + 1, ways))
    apart = DistributedTable(KeepersHere(list(Blocks(table, 4))))
    every_answer(apart, 0)
    shape = Shape(goods, ways, inputs, things)
    needs = sum(len(block.needs) for block in Blocks(table, 4))
    assert shape.needs(4) == pytest.approx(needs, rel=0.02)
    for question in ("pay", "contain", "use", "survey"):
        calls, sent, received = apart.by_question[question]
        told = sum(shape.bytes_of(question, 4)) * calls
        reminded = 12 * len(table.rows)  # which techniques are in use, and their shares
        assert told * 0.98 <= sent + received <= told * 1.02 + reminded
    assert shape.needs(1) <= goods and shape.needs(100) > shape.needs(4)

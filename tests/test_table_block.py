"""Blocks of a technique table: what is cut out, what is packed for the wire, what a keeper answers."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.methods.prices.table_block import BlockKeeper, Blocks, TableBlock, packed, unpacked
from natura_opt.methods.prices.technique_table import Shares, TechniqueTable


def small_table() -> TechniqueTable:
    """Four goods; the second has two techniques, which stand last and first in the table."""
    inputs = np.array(
        [
            [0.0, 0.0, 0.3, 0.0],  # good 1, second way
            [0.0, 0.2, 0.0, 0.0],  # good 0
            [0.1, 0.0, 0.0, 0.4],  # good 2
            [0.0, 0.0, 0.0, 0.0],  # good 3, of labour alone
            [0.5, 0.0, 0.0, 0.0],  # good 1, first way
        ]
    )
    use = np.array([[0.0, 1.0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0], [5.0, 0.0]])
    rows = np.array([1, 4, 0, 2, 3])
    return TechniqueTable(sp.csr_array(inputs), sp.csr_array(use), np.array([0, 1, 3, 4, 5]), rows)


def blocks_of(table: TechniqueTable, count: int = 2) -> list[TableBlock]:
    return list(Blocks(table, count))


def test_blocks_have_every_technique_once_in_the_order_of_goods() -> None:
    table = small_table()
    blocks = blocks_of(table)
    assert [block.start for block in blocks] == [0, 2]
    assert [block.technique for block in blocks] == [0, 3]
    whole = []
    for block in blocks:
        dense = np.zeros((block.inputs.shape[0], table.goods))
        dense[:, block.needs] = block.inputs.toarray()
        whole.append(dense)
    np.testing.assert_array_equal(np.vstack(whole), table.inputs.toarray()[table.rows])
    uses = np.vstack([block.use.toarray() for block in blocks])
    np.testing.assert_array_equal(uses, table.use.toarray()[table.rows])


def test_a_block_needs_what_its_techniques_take_in_and_no_more() -> None:
    first, second = blocks_of(small_table())
    assert first.needs.tolist() == [0, 1, 2]
    assert second.needs.tolist() == [0, 3]
    assert first.inputs.shape == (3, 3) and second.inputs.shape == (2, 2)
    assert first.first.tolist() == [0, 1, 3] and second.first.tolist() == [0, 1, 2]


def test_blocks_without_goods_are_left_out() -> None:
    table = small_table()
    blocks = blocks_of(table, 64)
    assert 1 < len(blocks) <= table.goods
    assert [block.start for block in blocks] == sorted({block.start for block in blocks})
    assert sum(len(block.first) - 1 for block in blocks) == table.goods
    assert sum(block.inputs.nnz for block in blocks) == table.inputs.nnz


def test_a_block_is_cut_out_anew_each_time_and_nothing_of_the_table_is_changed() -> None:
    table = small_table()
    before = pickle.dumps((table.inputs, table.use, table.first, table.rows))
    blocks = Blocks(table, 2)
    assert len(blocks) == 2 and blocks[0] is not blocks[0]
    blocks[0].inputs.data[:] = 9.0
    assert blocks[0].inputs.data.max() == 0.5
    assert pickle.dumps((table.inputs, table.use, table.first, table.rows)) == before


def test_a_keeper_says_of_its_block_everything_but_its_coefficients() -> None:
    first, second = (BlockKeeper().keep(block) for block in blocks_of(small_table()))
    assert (first.start, first.technique, first.coefficients, first.longest) == (0, 0, 3, 1)
    assert (second.start, second.technique, second.coefficients, second.longest) == (2, 3, 2, 2)
    assert first.users.tolist() == [2, 1] and second.users.tolist() == [2, 0]
    assert (first.user[1], first.uses[1]) == (2, 1.0), "the second thing: the third technique, one unit"


@pytest.mark.parametrize("recipe", ["block", "made", "over the wire"])
def test_a_keeper_takes_a_block_or_makes_it(recipe: str) -> None:
    block = blocks_of(small_table())[0]
    given = {"block": block, "made": lambda: block, "over the wire": pickle.loads(pickle.dumps(block))}[recipe]
    keeper = BlockKeeper()
    assert keeper.keep(given).needs.tolist() == [0, 1, 2]
    read, told, (lowest, ways) = keeper.answer("ask", np.array([1.0, 1.0, 0.1]), None, np.ones(3))
    assert read == 1.0 and told == {"costs": 2, "choices": 2}
    np.testing.assert_allclose(lowest, [1.2, 0.4])
    assert ways.tolist() == [0, 1] and ways.dtype == np.uint8


def test_what_cannot_be_written_is_copied_and_what_was_sent_stays_as_it_is() -> None:
    block = blocks_of(small_table())[0]
    for array in (block.inputs.data, block.inputs.indices, block.inputs.indptr, block.use.data, block.first):
        array.flags.writeable = False
    keeper = BlockKeeper()
    keeper.keep(block)
    prices, scarcity = np.ones(3), np.ones(3)
    prices.flags.writeable = scarcity.flags.writeable = False
    _, _, (lowest, _) = keeper.answer("ask", scarcity, None, prices)
    np.testing.assert_allclose(lowest, [1.2, 1.3])
    assert (prices == 1.0).all() and (scarcity == 1.0).all()


def test_a_keeper_remembers_what_is_scarce_and_what_is_in_use() -> None:
    keeper = BlockKeeper()
    keeper.keep(blocks_of(small_table())[0])
    _, _, paid = keeper.answer("pay", None, None, np.array([1.0, 10.0]))
    assert paid.tolist() == [2.0, 5.0, 10.0]
    _, _, (lowest, _) = keeper.answer("ask", None, None, np.zeros(3))
    assert lowest.tolist() == [2.0, 5.0], "at what it paid last"
    in_use = packed(np.array([0, 1]), np.array([1, 1]), np.ones(2))
    _, _, spent = keeper.answer("spend", None, in_use, np.array([1.0, 2.0, 4.0]))
    np.testing.assert_allclose(spent, [0.4, 1.2])
    read, told, orders = keeper.answer("order", None, None, np.array([10.0, 10.0]))
    np.testing.assert_allclose(orders, [0.0, 2.0, 3.0])
    assert read == pytest.approx(2 / 3), "two of three coefficients are in use"
    assert told == {"orders": 2}


def test_mixed_techniques_order_by_their_shares() -> None:
    keeper = BlockKeeper()
    keeper.keep(blocks_of(small_table())[0])
    mixed = packed(np.array([0, 0, 1]), np.array([1, 2]), np.array([1.0, 0.25, 0.75]))
    _, _, orders = keeper.answer("order", None, mixed, np.array([0.0, 4.0]))
    np.testing.assert_allclose(orders, [0.5, 0.0, 0.9])
    _, _, (sums, lost) = keeper.answer("total", None, None, np.array([1.0, 4.0]))
    np.testing.assert_allclose((sums + lost).sum(axis=0), [2.0 + 4.0 * 0.25 * 5.0, 4.0 * 0.75])


@pytest.mark.parametrize("seed", range(5))
def test_what_is_packed_is_unpacked_to_the_last_bit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ways = rng.integers(1, 400 if seed == 4 else 5, 30)
    first = np.concatenate([[0], np.cumsum(ways)])
    count = np.array([rng.integers(1, most + 1) for most in ways]) if seed else np.ones(30, dtype=np.int64)
    chosen = np.concatenate([np.sort(rng.permutation(most)[:some]) for most, some in zip(ways, count, strict=True)])
    parts = np.concatenate([rng.dirichlet(np.ones(some)) for some in count]) if seed else np.ones(30)
    small = packed(chosen, count, parts)
    found = unpacked(small, first)
    used = np.repeat(first[:-1], count) + chosen
    expected = Shares(np.concatenate([[0], np.cumsum(count)]), used, parts)
    np.testing.assert_array_equal(found.begins, expected.begins)
    np.testing.assert_array_equal(found.used, expected.used)
    np.testing.assert_array_equal(found.shares, expected.shares)
    assert small[0].dtype == (np.uint16 if chosen.max() > 255 else np.uint8)
    assert (small[1] is None) == (small[2] is None) == (seed == 0)


def test_one_technique_that_makes_all_but_the_last_bit_of_a_good_does_not_make_all_of_it() -> None:
    nearly = np.array([1.0, 1.0 - 2.0**-53])
    found = unpacked(packed(np.zeros(2, dtype=np.int64), np.ones(2, dtype=np.int64), nearly), np.array([0, 1, 2]))
    np.testing.assert_array_equal(found.shares, nearly)


def test_a_question_that_nobody_knows_is_an_error() -> None:
    keeper = BlockKeeper()
    keeper.keep(blocks_of(small_table())[0])
    with pytest.raises(AttributeError, match="_guess"):
        keeper.answer("guess", None, None)

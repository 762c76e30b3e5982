from connectors.shared.outbound import Turns


def test_so_many_at_once_each_and_no_more() -> None:
    turns: Turns[str] = Turns(most=2)
    assert [turns.take("a") for _ in range(3)] == [True, True, False]
    assert turns.take("b")
    turns.end("a", failed=False)
    assert [turns.take("a") for _ in range(2)] == [True, False]


def test_rests_grow_and_end_with_the_first_success() -> None:
    clock = [1_000.0]
    turns: Turns[str] = Turns(lambda: clock[0])
    assert turns.take("a")
    assert not turns.take("a")
    for seconds in (1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
        turns.end("a", failed=True)
        clock[0] += seconds - 0.5
        assert not turns.take("a")
        assert turns.take("b")
        turns.end("b", failed=False)
        clock[0] += 0.5
        assert turns.take("a")
    turns.end("a", failed=False)
    assert turns.take("a")


def test_who_failed_is_tried_by_one_alone() -> None:
    clock = [1_000.0]
    turns: Turns[str] = Turns(lambda: clock[0], most=4)
    assert all(turns.take("a") for _ in range(4))
    for _ in range(4):
        turns.end("a", failed=True)
    clock[0] += 1.0  # what fails together is one failure
    assert [turns.take("a") for _ in range(2)] == [True, False]
    turns.end("a", failed=False)
    assert all(turns.take("a") for _ in range(4))


def test_a_rest_is_as_long_as_it_was_asked_for_within_limits() -> None:
    clock = [1_000.0]
    turns: Turns[str] = Turns(lambda: clock[0])
    for asked, rest in ((30.0, 30.0), (9_999.0, 300.0)):
        assert turns.take("a")
        turns.end("a", failed=True, rest_seconds=asked)
        clock[0] += rest - 0.5
        assert not turns.take("a")
        clock[0] += 0.5

"""Calls that wait for a thread: one-time codes first, promotions last, connections in turn."""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping

from connectors.shared.messages.grouping import Call

PRIORITIES = 3
PROMOTIONAL = 2
_NO_BOUNDS: Mapping[str, int] = {}


class Schedule:
    """Hands calls to threads so that no connection and no promotion can take every thread."""

    def __init__(self, most_in_flight: int, most_of_gateway: Mapping[str, int] = _NO_BOUNDS) -> None:
        """`most_of_gateway`: how many calls of one connection its gateway allows at once; 0: no bound of its own."""
        self._most_in_flight = most_in_flight
        self._most_of_gateway = most_of_gateway
        self._waiting: list[OrderedDict[int, deque[Call]]] = [OrderedDict() for _ in range(PRIORITIES)]
        self._pending: Counter[tuple[int, int]] = Counter()
        self._rows: Counter[tuple[int, int]] = Counter()
        self._in_flight: Counter[int] = Counter()
        self._promotions_in_flight = 0
        self._changed = threading.Condition()
        self._closed = False

    def put(self, calls: Iterable[Call]) -> None:
        """Add calls to be made."""
        with self._changed:
            for call in calls:
                self._waiting[call.priority].setdefault(call.lane.id, deque()).append(call)
                self._pending[call.lane.id, call.priority] += 1
                self._rows[call.lane.id, call.priority] += len(call.rows)
                self._changed.notify()

    def take(self) -> Call | None:
        """Wait for a call that may be made now; None once closed."""
        with self._changed:
            while not self._closed:
                call = self._next()
                if call is not None:
                    return call
                self._changed.wait()
            return None

    def take_now(self) -> Call | None:
        """Return a call that may be made now, or None."""
        with self._changed:
            return None if self._closed else self._next()

    def done(self, call: Call) -> None:
        """Say that a taken call has ended."""
        with self._changed:
            self._in_flight[call.lane.id] -= 1
            self._rows[call.lane.id, call.priority] -= len(call.rows)
            if call.priority == PROMOTIONAL:
                self._promotions_in_flight -= 1
            self._changed.notify()

    def pending(self, lane_id: int, priority: int = PROMOTIONAL) -> int:
        """Return how many calls of a connection, of this priority or a more urgent one, wait for a thread."""
        return sum(self._pending[lane_id, urgent] for urgent in range(priority + 1))

    def rows(self, lane_id: int, priority: int) -> int:
        """Return how many messages of a connection, of this priority or a more urgent one, are waiting or in flight."""
        return sum(self._rows[lane_id, urgent] for urgent in range(priority + 1))

    def close(self) -> list[Call]:
        """Hand out nothing more; returns what was waiting."""
        with self._changed:
            self._closed = True
            left = [call for lanes in self._waiting for calls in lanes.values() for call in calls]
            for lanes in self._waiting:
                lanes.clear()
            self._pending.clear()
            self._changed.notify_all()
            return left

    def _next(self) -> Call | None:
        for priority, lanes in enumerate(self._waiting):
            if priority == PROMOTIONAL and self._promotions_in_flight >= self._most_in_flight:
                return None
            for lane_id, calls in lanes.items():
                bound = self._most_of_gateway.get(calls[0].lane.gateway) or self._most_in_flight
                if self._in_flight[lane_id] < min(bound, self._most_in_flight):
                    return self._pop(lanes, lane_id)
        return None

    def _pop(self, lanes: OrderedDict[int, deque[Call]], lane_id: int) -> Call:
        calls = lanes[lane_id]
        call = calls.popleft()
        lanes.move_to_end(lane_id)  # the others come first next time
        if not calls:
            del lanes[lane_id]
        self._pending[lane_id, call.priority] -= 1
        self._in_flight[lane_id] += 1
        if call.priority == PROMOTIONAL:
            self._promotions_in_flight += 1
        return call

"""A bounded queue between two threads."""

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar('Item')


class Mailbox(Generic[Item]):
    """A queue that either drops its oldest item when it is full, or lets the sender wait.

    Args:
        capacity: Most items.
        newest: Whether the oldest item is dropped.

    Attributes:
        dropped: Items that were dropped.
    """

    def __init__(self, capacity: int, newest: bool) -> None:
        self.capacity, self.newest = capacity, newest
        self.items: deque[Item] = deque()
        self.changed = threading.Condition()
        self.closed = False
        self.dropped = 0

    def put(self, item: Item) -> None:
        """Add an item; nothing is added once the queue is closed."""
        with self.changed:
            while len(self.items) >= self.capacity and not self.newest and not self.closed:
                self.changed.wait()
            if self.closed:
                return
            if len(self.items) >= self.capacity:
                self.items.popleft()
                self.dropped += 1
            self.items.append(item)
            self.changed.notify_all()

    def take(self, timeout: float | None = None) -> list[Item] | None:
        """All items, oldest first, as soon as there is one.

        Args:
            timeout: Seconds to wait; None for no limit.

        Returns:
            The items; none if the time is over, and None once the queue is closed and empty.
        """
        with self.changed:
            self.changed.wait_for(lambda: bool(self.items) or self.closed, timeout)
            if not self.items and self.closed:
                return None
            items = list(self.items)
            self.items.clear()
            self.changed.notify_all()
            return items

    def close(self, discard: bool = False) -> None:
        """Add nothing more.

        Args:
            discard: Whether what is left is dropped too.
        """
        with self.changed:
            self.closed = True
            if discard:
                self.items.clear()
            self.changed.notify_all()

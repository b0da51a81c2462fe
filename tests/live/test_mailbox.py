"""The queue between two threads."""

import threading

from mmaction_vt.live import Mailbox


def test_newest_items_win_and_drops_are_counted():
    box = Mailbox(3, newest=True)
    for item in range(10):
        box.put(item)
    assert box.take() == [7, 8, 9] and box.dropped == 7
    assert box.take(timeout=0) == []


def test_a_sender_waits_for_room():
    box = Mailbox(2, newest=False)
    sender = threading.Thread(target=lambda: [box.put(item) for item in range(50)] and box.close(), daemon=True)
    sender.start()
    found = []
    while (items := box.take()) is not None:
        assert len(items) <= 2
        found += items
    sender.join(10)
    assert found == list(range(50)) and box.dropped == 0


def test_closing_wakes_both_sides():
    box = Mailbox(1, newest=False)
    box.put(0)
    sender = threading.Thread(target=box.put, args=(1,), daemon=True)
    sender.start()
    box.close()
    sender.join(10)
    assert not sender.is_alive() and box.take() == [0] and box.take() is None
    empty = Mailbox(1, newest=False)
    taken = []
    receiver = threading.Thread(target=lambda: taken.append(empty.take()), daemon=True)
    receiver.start()
    empty.close()
    receiver.join(10)
    assert taken == [None]
    box = Mailbox(2, newest=True)
    box.put(0)
    box.close(discard=True)
    assert box.take() is None

"""The baseline for sending: threads that only call `requests`, a Session each."""

import queue
import threading
import time

import requests

THREADS = 64


def messages_per_second(vendor_port: int, count: int) -> float:
    """Send `count` differing texts, one call each."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(count):
        waiting.put(number)
    threads = [threading.Thread(target=_send, args=(vendor_port, waiting)) for _ in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - started)


def _send(vendor_port: int, waiting: "queue.SimpleQueue[int]") -> None:
    with requests.Session() as session:
        session.trust_env = False
        while True:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            query = {"countryCode": "91", "mobileNumber": f"98{number:08d}", "message": f"Your order {number}"}
            url = f"http://127.0.0.1:{vendor_port}/verification/v3/send"
            session.post(url, params=query, headers={"authToken": "bench"}, timeout=(3, 10)).json()

"""Production's limits as google-cloud-firestore meets them behind the gateway. See README.md."""

import concurrent.futures
import json
import os
import threading
import time
import urllib.request
import uuid

import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore

HOST = os.environ.get("FIRESTORE_EMULATOR_HOST", "")
if not HOST:
    pytest.exit("Set FIRESTORE_EMULATOR_HOST to the gateway, such as 127.0.0.1:8085.", returncode=2)


@pytest.fixture
def client():
    """A client of a project of its own, before limits that have seen nothing."""
    control("reset", {})
    return firestore.Client(
        project=f"demo-python-{uuid.uuid4().hex[:8]}", credentials=AnonymousCredentials()
    )


def control(what, body=None):
    """The gateway's own paths: POST with a body, else GET."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{HOST}/plimsoll/v1/{what}", data=data)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def flood(write, count, workers=40):
    """Writes from several threads, without retries. Returns how many passed, and the errors."""
    errors = []
    lock = threading.Lock()

    def one(index):
        try:
            write(index)
            return 1
        except exceptions.GoogleAPICallError as error:
            with lock:
                errors.append(error)
            return 0

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(one, range(count))), errors


def test_one_document_slows_and_is_then_aborted(client):
    hot = client.document("ops/performance")
    started = time.monotonic()
    hot.set({"n": 0})
    alone = time.monotonic() - started
    slowest = [0.0]

    def write(n):
        begun = time.monotonic()
        hot.set({"n": n}, retry=None)
        slowest[0] = max(slowest[0], time.monotonic() - begun)

    written, errors = flood(write, 40)
    assert written + len(errors) == 40
    assert slowest[0] > alone
    assert errors and all(isinstance(error, exceptions.Aborted) for error in errors)
    assert errors[0].message == "Too much contention on these documents. Please try again."
    refusals = control("limits")["refusals"]
    assert any("ops/performance" in refusal["subject"] for refusal in refusals)


def test_a_new_collection_takes_500_a_second_and_more_once_ramped(client):
    def offer(collection):
        """2,000 writes in commits of 20, as fast as they are taken."""

        def write(_index):
            batch = client.batch()
            for _ in range(20):
                batch.set(client.collection(collection).document(), {})
            batch.commit(retry=None)

        return flood(write, 100, workers=20)

    offer("cold")
    cold = control("limits")["writes"]
    assert cold["delayed"] + cold["refused"] > 0
    control("reset", {"warm": 20_000})
    written, errors = offer("warm")
    warm = control("limits")["writes"]
    assert (written, errors) == (100, [])
    assert warm["delayed"] + warm["refused"] == 0


@pytest.mark.parametrize(
    "collection, capped",
    [("example_automatic", True), ("example_exempt", False), ("example_composite", True)],
)
def test_growing_values_cap_an_index(client, collection, capped):
    control("reset", {"warm": 20_000})

    def write(index):
        batch = client.batch()
        for place in range(20):
            document = {"side": "SELL", "created_at": index * 20 + place}
            batch.set(client.collection(collection).document(), document)
        batch.commit(retry=None)

    flood(write, 100, workers=20)
    writes = control("limits")["writes"]
    assert (writes["delayed"] + writes["refused"] > 0) == capped


def test_a_missing_index_is_refused_with_its_json(client):
    query = (
        client.collection("example_trades")
        .where(filter=firestore.FieldFilter("side", "==", "SELL"))
        .order_by("created_at", direction=firestore.Query.DESCENDING)
    )
    with pytest.raises(exceptions.FailedPrecondition) as caught:
        list(query.stream(retry=None))
    assert caught.value.message.startswith("The query requires an index. You can create it here: ")
    [missing] = control("limits")["missingIndexes"]
    assert json.loads(missing["json"])["fields"] == [
        {"fieldPath": "side", "order": "ASCENDING"},
        {"fieldPath": "created_at", "order": "DESCENDING"},
    ]


def test_a_transaction_conflict_is_tried_again_to_success(client):
    counter = client.document("counters/one")
    counter.set({"n": 0})
    tries = []

    @firestore.transactional
    def add(transaction):
        tries.append(1)
        n = counter.get(transaction=transaction).get("n")
        time.sleep(0.2)
        transaction.update(counter, {"n": n + 1})

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: add(client.transaction(max_attempts=10)), range(2)))
    assert counter.get().get("n") == 2
    assert len(tries) > 2

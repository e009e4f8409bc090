"""Do batches keep what was promised of one event and one e-mail, and does the backlog slow nothing down?"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection

from server.domain.rights import Role, Scope
from server.mail import delivery, sending
from server.models import EmailMessage, Organisation, OutboxMessage, Partnership
from server.models.backlog import MAX_COUNTED, Backlog, read_backlog
from server.models.claims import claim
from server.models.database import dialect
from server.outbox import CLAIM, MAX_EMAILS, MAX_EVENTS, Outbox
from server.resolvers import ids
from server.settings import Settings
from server.worker import Worker
from tests.logs import capture_logs
from tests.mail.events import REASON, UNKNOWN_ADDRESS, announce
from tests.mail.test_delivery import silent_server
from tests.post import PostOffice
from tests.reliability.invitations import NOW, create_invitation
from tests.reliability.invitations import sending as mailed
from tests.reliability.outbox import LEADER, at_work, pair
from tests.rows import organisation, partnership, person, token
from tests.servers import _free_port
from tests.statements import collect_statements
from tests.waiting import until

pytestmark = pytest.mark.postgres

RELAY_DENIED = "554 5.7.1 Relay access denied"


async def pairs(number: int) -> list[Partnership]:
    """Customers with a legal representative each, and a partner that they have in common."""
    partner, found = await organisation("Partner"), list[Partnership]()
    for place in range(number):
        customer = await organisation(f"Customer {place}")
        await person(f"leader{place}", customer, Role.LEGAL_REPRESENTATIVE, NOW)
        found.append(await partnership(customer, partner, now=NOW))
    return found


async def announce_all(rows: Sequence[Partnership], number: int = 1) -> list[OutboxMessage]:
    """Several events of each, in turn."""
    return [await announce("partnership.accepted", ids.encode(row), NOW) for _ in range(number) for row in rows]


async def waiting(number: int, address: str = LEADER) -> list[EmailMessage]:
    """So many e-mails wait, announced one after the other."""
    event = (await announce_all([await pair()]))[0]
    await OutboxMessage.filter(id=event.id).update(sent_at=NOW)
    variables = {"inviter": "Atelier", "invitee": "Nova", "reason": REASON, "page": "https://app.example/x"}
    rows = [
        EmailMessage(
            event_id=event.id,
            template="partnership.declined",
            address=address.format(number=place),
            name="",
            locale="en_GB",
            variables=variables | {"invitee": f"Nova {place}"},
            dedupe_key=str(place),
            run_after=NOW - timedelta(seconds=number - place),
        )
        for place in range(number)
    ]
    await EmailMessage.bulk_create(rows)
    return rows


async def test_many_events_are_expanded_in_as_many_statements_as_few(own_database: Settings):
    rows, counts = await pairs(20), list[int]()
    for some in (rows[:2], rows):
        await announce_all(some, 2)
        with collect_statements() as statements:
            assert await Outbox(own_database).expand_next(NOW) >= 1
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 16
    assert await OutboxMessage.filter(sent_at__isnull=True).count() == 0
    assert await EmailMessage.all().count() == 44


async def test_an_event_that_cannot_be_read_keeps_none_of_its_batch_waiting(own_database: Settings):
    [row, *_] = await pairs(1)
    for subject in ("pship_", "pship_" + 32 * "0", "nonsense", ids.encode(row)):
        await announce("partnership.accepted", subject, NOW)

    await Outbox(own_database).expand_next(NOW)

    failed = await OutboxMessage.filter(sent_at__isnull=True).order_by("id")
    assert [(one.payload["subject"], one.attempts) for one in failed] == [("pship_", 1), ("pship_" + 32 * "0", 1)]
    assert await EmailMessage.all().count() == 1


async def test_an_event_whose_emails_cannot_be_stored_keeps_none_of_its_batch_waiting(own_database: Settings):
    rows = await pairs(3)
    good, bad, other = await announce_all(rows)
    # An address that no column takes, were there one: the database refuses a null.
    await EmailMessage.all().delete()
    await bad.delete()
    broken = await announce("partnership.requested", ids.encode(rows[1]), NOW, email=None, terms={}, message=None)

    await Outbox(own_database).expand_next(NOW)

    await broken.refresh_from_db()
    assert (broken.sent_at, broken.attempts) == (None, 1)
    assert await EmailMessage.all().count() == 2
    assert {one.event_id for one in await EmailMessage.all()} == {good.id, other.id}


async def test_emails_to_one_address_arrive_in_the_order_in_which_they_were_announced(
    own_database: Settings, post: PostOffice
):
    await waiting(30)

    await Outbox(mailed(own_database, post, smtp_connections=4)).send_next(NOW)

    assert [message["Subject"] for message in post.arrived] == [f"Nova {place} has declined" for place in range(30)]


async def test_a_batch_is_sent_over_several_connections_and_noted_whole(own_database: Settings, post: PostOffice):
    await waiting(40, "person{number}@customer.example")

    assert await Outbox(mailed(own_database, post, smtp_connections=4)).send_next(NOW) >= 1

    assert len(set(post.recipients)) == len(post.recipients) == 40
    assert await EmailMessage.filter(sent_at=NOW, attempts=1, last_error__isnull=True).count() == 40


async def test_a_server_that_is_away_is_asked_once_for_all_that_would_take_the_same_connection(
    own_database: Settings, post: PostOffice
):
    await waiting(30)
    away = mailed(own_database, post, smtp_port=_free_port(), mail_pause_seconds=10)

    with capture_logs() as lines:
        await Outbox(away).send_next(NOW)

    assert await EmailMessage.filter(run_after=NOW + timedelta(seconds=10), attempts=1).count() == 30
    put_off = [line for line in lines() if line["event"] == "outbox_put_off"]
    assert sum(line["number"] for line in put_off) == 30
    assert all(line["why"].startswith("SMTPConnect") for line in put_off)


async def test_a_server_that_relays_nothing_parks_no_invitation_and_is_reported_to_the_operator(
    own_database: Settings, post: PostOffice
):
    invitation = await create_invitation(UNKNOWN_ADDRESS)
    settings = mailed(own_database, post)
    post.answers[UNKNOWN_ADDRESS] = RELAY_DENIED
    await Outbox(settings).expand_next(NOW)

    with capture_logs() as lines:
        await Outbox(settings).send_next(NOW)

    email = await EmailMessage.get()
    await invitation.refresh_from_db()
    assert (email.dead_at, email.attempts, invitation.undeliverable_at) == (None, 1, None)
    assert email.variables["link"] is not None
    assert email.last_error == (
        f"The mail server refuses every e-mail from this server, no matter who it is for: RCPT: {RELAY_DENIED}"
    )
    assert [(line["level"], line["number"]) for line in lines() if line["event"] == "mail_server_refuses"] == [
        ("error", 1)
    ]
    post.forget()
    await Outbox(settings).send_next(email.run_after)
    assert post.recipients == [UNKNOWN_ADDRESS]


async def test_a_worker_that_has_to_stop_gives_the_rest_of_its_batch_back_in_its_old_place(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delivery, "SECONDS_TO_END", 0.05)
    rows = await waiting(30, "person{number}@customer.example")
    async with silent_server() as (office, came), asyncio.timeout(20):
        worker = Worker(mailed(own_database, office, mail_attempts=1))
        running = asyncio.create_task(worker.run())
        await came.wait()
        worker.stop()
        await running

    found = await EmailMessage.all().order_by("id")
    assert {(one.attempts, one.sent_at, one.dead_at, one.last_error) for one in found} == {(0, None, None, None)}
    assert [one.run_after for one in found] == [one.run_after for one in rows]
    assert await Outbox(mailed(own_database, post)).send_next(NOW) >= 1
    assert len(post.recipients) == 30


async def test_a_batch_is_processed_in_less_time_than_its_claim_holds(
    own_database: Settings, post: PostOffice, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sending, "SECONDS_TO_START", 0)
    await waiting(5)

    assert await Outbox(mailed(own_database, post)).send_next(NOW) >= 1

    assert await EmailMessage.filter(attempts=0, sent_at__isnull=True, run_after__lt=NOW).count() == 5
    assert CLAIM.total_seconds() > 60 + delivery.MAX_SECONDS + 60


async def test_workers_process_different_rows(own_database: Settings):
    await waiting(30)

    claims = await asyncio.gather(*(claim(EmailMessage, NOW, NOW + CLAIM, 10) for _ in range(4)))

    taken = [row.id for rows in claims for row in rows]
    assert len(set(taken)) == len(taken)
    assert [row.run_after for row in claims[0]] == sorted(row.run_after for row in claims[0])
    assert len(taken) == 30 or dialect() == "postgres"


async def test_a_batch_is_bounded(own_database: Settings, post: PostOffice):
    [row] = await pairs(1)
    await announce_all([row], MAX_EVENTS + 1)

    await Outbox(own_database).expand_next(NOW)

    assert await OutboxMessage.filter(sent_at__isnull=True).count() == 1
    assert len(await claim(EmailMessage, NOW, NOW + CLAIM, MAX_EMAILS)) == MAX_EVENTS


@pytest.mark.parametrize(("model", "index"), [(OutboxMessage, "outbox_waiting"), (EmailMessage, "email_waiting")])
async def test_a_claim_finds_what_waits_by_an_index_of_that_only(
    own_database: Settings, model: type[OutboxMessage | EmailMessage], index: str
):
    oldest = model.filter(sent_at__isnull=True, dead_at__isnull=True, run_after__lte=NOW).order_by("run_after", "id")
    sql = oldest.limit(50).sql(params_inline=True)
    if dialect() == "postgres":
        await get_connection("default").execute_script("SET enable_seqscan = off")
    explain = "EXPLAIN QUERY PLAN " if dialect() == "sqlite" else "EXPLAIN "
    plan = str(await get_connection("default").execute_query_dict(explain + sql))

    assert f"{index} " in plan.replace("(", " ").replace(")", " ")
    assert "sort" not in plan.lower()
    assert "b-tree" not in plan.lower()


async def test_the_backlog_has_a_size_and_an_age(own_database: Settings):
    assert await read_backlog(NOW) == Backlog(0, 0, 0.0)
    await waiting(3)
    await EmailMessage.all().update(created_at=NOW - timedelta(seconds=90))
    await announce_all(await Partnership.all())

    backlog = await read_backlog(NOW)

    assert (backlog.events, backlog.emails, backlog.seconds) == (1, 3, 90.0)
    assert MAX_COUNTED == 10_000


async def test_a_worker_says_what_waits_and_for_how_long(own_database: Settings):
    await waiting(3)
    await EmailMessage.all().update(created_at=NOW - timedelta(seconds=90))
    said = list[Any]()

    with capture_logs() as lines:
        async with at_work(Worker(own_database)):
            await until(
                lambda: said.extend(line for line in lines() if line["event"] == "outbox_backlog") or bool(said)
            )

    [line] = said
    assert (line["level"], line["events"], line["emails"]) == ("warning", 0, 3)
    assert line["oldest_seconds"] >= 90


async def test_events_of_different_subjects_become_emails_in_the_order_in_which_they_were_announced(
    own_database: Settings,
):
    [row] = await pairs(1)
    leader = await person("partner", await Organisation.get(id=row.partner_id), Role.LEGAL_REPRESENTATIVE, NOW)
    its_token, _ = await token(leader, [Scope.PRODUCTS_READ], [], now=NOW)
    topics = ["token.created", "partnership.suspended", "token.revoked", "partnership.resumed"]
    for place, topic in enumerate(topics):
        subject = its_token if topic.startswith("token") else row
        await announce(topic, ids.encode(subject), NOW - timedelta(seconds=len(topics) - place))

    await Outbox(own_database).expand_next(NOW)

    emails = await EmailMessage.filter(address=leader.user.email).order_by("run_after", "id")
    assert [email.template for email in emails] == topics

"""Does the main job run? On the product as people start it, with a client as people use it."""

import sqlite3
from contextlib import closing

from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

from tests.servers import DemoServer

CUSTOMERS = """
query($name: String) { viewer { organisations { nodes { id managedCustomers(filter: {search: $name}) {
  totalCount nodes { name products { totalCount nodes { id customerName viewerRights } } }
} } } } }
"""


def test_a_partners_employee_asks_with_a_token_for_what_they_may_manage(demo_server: DemoServer) -> None:
    transport = HTTPXTransport(f"{demo_server.url}/graphql", headers={"Authorization": f"Bearer {demo_server.token}"})

    with Client(transport=transport, fetch_schema_from_transport=True) as client:
        (agency,) = client.execute(gql(CUSTOMERS))["viewer"]["organisations"]["nodes"]

    served = {customer["name"]: customer["products"]["totalCount"] for customer in agency["managedCustomers"]["nodes"]}
    assert served == _stored_for_emma(demo_server)


def _stored_for_emma(server: DemoServer) -> dict[str, int]:
    """Straight from the tables: the customers Emma is assigned to, and the products that the agency manages there."""
    query = """
        SELECT o.name, (SELECT count(*) FROM product r WHERE r.organisation_id = o.id AND (
            p.access_type = 'COMPLETE' OR EXISTS (SELECT 1 FROM product_access x WHERE x.product_id = r.id
            AND x.partnership_id = p.id AND x.revoked_at IS NULL)))
        FROM partnership p JOIN organisation o ON o.id = p.customer_id
        JOIN employee_assignment a ON a.partnership_id = p.id AND a.ended_at IS NULL
        JOIN membership m ON m.id = a.membership_id JOIN user_account u ON u.id = m.user_id
        WHERE u.email = 'emma@partner.example' AND p.status = 'ACTIVE'"""
    with closing(sqlite3.connect(server.database_url.removeprefix("sqlite://"))) as database:
        return dict(database.execute(query).fetchall())

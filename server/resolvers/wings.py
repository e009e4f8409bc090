"""The roof of the resolvers: what each wing adds to the shared tables, one line for each wing."""

from server.resolvers.export_sheets import SHEETS
from server.resolvers.oversight import export_sheets as oversight_sheets
from server.resolvers.partnerships import export_sheets as partnership_sheets
from server.resolvers.people.offboarding import LEAVING
from server.resolvers.support import support_access

SHEETS.join(
    partnership_sheets.SHEETS,
    oversight_sheets.SHEETS,
)
LEAVING.join(
    support_access.LEAVING,
)

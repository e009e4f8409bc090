"""Does every fault of the list still fit the code?"""

import ast
from collections import Counter

from tests.mutants.faults import ROOMS, ROOT, Fault, Misfit, all_faults
from tests.mutants.neighbours import neighbours_of

LEAST, LEAST_OF_A_ROOM = 120, 15


def test_every_fault_is_found_once_and_changes_what_its_file_does():
    assert [why for fault in all_faults() if (why := misfit(fault))] == []


def misfit(fault: Fault) -> str:
    """Why a fault does not fit its file; empty if it does."""
    file = ROOT / fault.file
    if not file.exists():
        return f"{fault.name}: there is no {fault.file}"
    text = file.read_text("utf-8")
    try:
        faulty = ast.parse(fault.apply(text))
    except (Misfit, SyntaxError) as error:
        return f"{fault.name}: {error}"
    return f"{fault.name} changes nothing" if ast.dump(faulty) == ast.dump(ast.parse(text)) else ""


def test_the_list_has_faults_of_every_room_each_once():
    faults = all_faults()
    of_rooms = Counter(fault.room for fault in faults)

    assert len(faults) >= LEAST
    assert {room: of_rooms[room] for room in ROOMS if of_rooms[room] < LEAST_OF_A_ROOM} == {}
    assert [sentence for sentence, number in Counter(fault.sentence for fault in faults).items() if number > 1] == []
    assert [fault.name for fault in faults if not fault.sentence.endswith(".")] == []


def test_every_fault_has_neighbours_of_it():
    assert [fault.name for fault in all_faults() if not neighbours_of(fault)] == []

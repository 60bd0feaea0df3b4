"""A sender that is killed in the middle of a run: run by test_extract_killed with the moment of its death.

`ADDRESS URL CA_FILE TOKEN statement N`, or `commit N`: just before that one.
"""

import sys

from app.access import User
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.db.database import Database
from app.lms.extracts import sender
from app.tasks import TaskContext
from tests.db.killed_child import Death


def main() -> None:
    address, url, ca_file, token, point, number = sys.argv[1:]
    db = Database(address)
    death = Death(point, int(number), 0)
    death.watch(db)
    client = MoodleClient(MoodleAccess(url=url, ca_file=ca_file, token=token))
    print(sender.run(TaskContext(), db, User(1, "first", "first"), client).state)


if __name__ == "__main__":
    main()

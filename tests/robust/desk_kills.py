"""`make desk-kills`: three graders at one folder, each killed again and again, until everything is decided.

    python -m tests.robust.desk_kills --kills 100 --students 100

A grader decides what is next, and writes each decision that was confirmed into a journal of its own. At the end
every confirmed decision is in the store once, every answer was decided once, and nbgrader's gradebook holds all
of them.
"""

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from grader.desk.folder import DeskFolder
from grader.desk.items import slot_grades
from grader.desk.queue import is_blind
from grader.desk.session import Session
from grader.errors import DeskError
from paribus.cli import main as main_command
from tests.robust.small_class import command, make_class

GRADERS = ("Ada", "Bo", "Cy")


def work(out: Path, grader: str, journal: Path) -> None:
    """Decide until nothing is open, as the page would: hold, look, send with a number of its own, go on."""
    session = Session(DeskFolder(out), grader)
    place = session.next_after(("", ""))
    with journal.open("a") as written:
        while place is not None:
            session.take(*place)
            seen = session.last_seen()  # before anything is read, as the page does
            now = session.folder.standing()
            items = [one for one in now.open if (one.submission, one.cell) == place]
            blind = not items
            if blind:  # the random sample of verdicts, which comes last
                looked = {one.key for one in session.folder.decisions() if one.blind}
                work_of = session.work(*place)
                items = [
                    one for one in work_of.of_cell(place[1])
                    if one.key not in looked and is_blind(one, work_of.result.release)
                ]  # fmt: skip
            if not items:  # another grader was quicker
                place = session.next_after(place)
                continue
            item = items[0]
            request = f"{grader} {os.getpid()} {time.monotonic_ns()}"
            body = {"item": item.name, "points": item.points, "seen": seen, "request": request,
                    "blind": blind}  # fmt: skip
            try:
                after = session.save(*place, body)
            except DeskError:  # another grader was quicker: look again
                place = session.next_after(place)
                continue
            written.write(f"{item.submission} {item.cell} {item.name}\n")
            written.flush()
            os.fsync(written.fileno())
            place = after


def main() -> int:
    """Kill, start again, compare; 1 where a decision is lost or doubled."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_class(folder, arguments.students)
        if main_command(command(folder, folder / "out", "--json")):
            return 1
        out = folder / "out"
        kills = _run(out, arguments.kills, chance)
        return _compare(out, kills)


def _run(out: Path, kills: int, chance: random.Random) -> int:
    """Three graders until all is decided; each is killed at random moments and starts again."""
    context = multiprocessing.get_context("spawn")
    done = 0

    def start(grader: str) -> multiprocessing.context.SpawnProcess:
        process = context.Process(target=work, args=(out, grader, out.parent / f"{grader}.journal"))
        process.start()
        return process

    running = {grader: start(grader) for grader in GRADERS}
    while any(process.is_alive() for process in running.values()):
        time.sleep(chance.uniform(0.02, 0.4))
        grader = chance.choice(GRADERS)
        if done < kills and running[grader].is_alive():
            running[grader].kill()
            running[grader].join()
            done += 1
            running[grader] = start(grader)
    return done


def _compare(out: Path, kills: int) -> int:
    """Hold journals, store and gradebook against one another."""
    folder = DeskFolder(out)
    log = folder.decisions()
    journals = [(out.parent / f"{grader}.journal").read_text().splitlines() for grader in GRADERS]
    confirmed = Counter(line for lines in journals for line in lines)
    stored = Counter(" ".join(one.key) for one in log if not one.blind)
    blind = Counter(" ".join(one.key) for one in log if one.blind)
    folder.push()
    now = folder.standing()
    book = folder.book()
    missing = [
        (work.result.submission, grade_id)
        for work in folder.batch.ordered
        for grade_id, grade in slot_grades(work, now.decided).items()
        if (person := book.people.get((work.result.submission, grade_id))) is None or person.score != grade.score
    ]
    lost = sum((confirmed - stored - blind).values())
    doubled = sum(count > 1 for count in (*stored.values(), *blind.values()))
    looks = sum(blind.values())
    print(  # noqa: T201 - what a person reads
        f"{kills} kills of {len(GRADERS)} graders; {sum(stored.values())} decisions and {looks} blind looks; open "
        f"at the end {len(now.open)}; lost {lost}, doubled {doubled}, not in the gradebook {len(missing)}"
    )
    return 1 if lost or doubled or missing or now.open else 0


if __name__ == "__main__":
    raise SystemExit(main())

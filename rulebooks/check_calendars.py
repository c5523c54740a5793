"""Compares rulebooks/cn/calendars with the package chinesecalendar (requirements.txt beside this file), day by day.

Exit 0 and one line when every day of every year agrees, else a line for each day that differs.
"""

import datetime
import pathlib
import sys
import tomllib
from importlib.metadata import version

import chinese_calendar

FOLDER = pathlib.Path(__file__).parent / "cn" / "calendars"
PINNED = (pathlib.Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8")


def days(year):
    day = datetime.date(year, 1, 1)
    while day.year == year:
        yield day
        day += datetime.timedelta(days=1)


def is_working(calendar, day):
    if day in calendar["work"]:
        return True
    return day.weekday() < 5 and day not in calendar["off"]


def differences(calendar):
    for day in days(calendar["year"]):
        ours, theirs = is_working(calendar, day), chinese_calendar.is_workday(day)
        if ours != theirs:
            yield f"{day}: we say {'working' if ours else 'off'}, the package {'working' if theirs else 'off'}"


def main():
    if f"chinesecalendar=={version('chinesecalendar')} " not in PINNED:
        sys.exit("another version of chinesecalendar is installed; use requirements.txt with --require-hashes")
    calendars = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    if not calendars:
        sys.exit(f"no calendars in {FOLDER}")
    # A comparison that finds nothing must be one that could: a calendar with a day taken out is told apart.
    spoilt = dict(calendars[-1], off=calendars[-1]["off"][1:])
    if len(list(differences(spoilt))) != 1:
        sys.exit("a calendar without its first day off was not told apart")
    found = [line for calendar in calendars for line in differences(calendar)]
    for line in found:
        print(line)
    if not found:
        years = ", ".join(str(calendar["year"]) for calendar in calendars)
        print(f"calendars agree on every day of {years}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

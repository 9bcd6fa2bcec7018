"""Reports that are counted before somebody opens them: which, how often, and for how long they are believed."""

from dataclasses import dataclass
from datetime import date, timedelta

# A report about no more cases is counted when it is opened, which takes less than a tenth of a second.
MANY_IN_A_REPORT = 10_000
REPORTS_EVERY = timedelta(minutes=10)
# Numbers that are older say that the timetable stands still: the page counts itself, however long that takes.
REPORTS_BELIEVED_FOR = timedelta(minutes=30)
# What a manager had counted is counted on for so long; of all of these the newest are.
REPORTS_WANTED_FOR = timedelta(days=7)
MOST_WANTED_REPORTS = 20


@dataclass(frozen=True)
class ReportKey:
    """What a report is about: whole days as they begin in a zone, of one desk or partner, or of all."""

    first: date
    last: date
    zone: str
    desk: str = ""
    partner: str = ""

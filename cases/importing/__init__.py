"""Partners, people and cases of another help desk, out of CSV and JSON files: read, looked through, then brought over.

Nothing is written unless every record of a file is right. Then they are written one by one, each whole; what came
before is passed over, so that a run that was broken off is simply run again.
"""

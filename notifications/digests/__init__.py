"""Many news in one mail: the daily digest, and what could not leave while nothing ran."""

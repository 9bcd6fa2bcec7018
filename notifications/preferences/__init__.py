"""Which mails a person wants, when they may come, and which nobody can turn off."""

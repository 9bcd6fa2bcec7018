"""Telling people: events become mails, mails wait in the outbox until a mail server took them.

Read it in this order: `routing`, `messages`, `letters`, `outbox`, `dispatch`, `sweeps`, `tasks`.
"""

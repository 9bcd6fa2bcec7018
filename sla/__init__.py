"""Time, and nothing else: desks, their hours and holidays, the policy's targets, and when a promise falls due."""

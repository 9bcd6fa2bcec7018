"""What managers read: are the promises kept, and what will break next?"""

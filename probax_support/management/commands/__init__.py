"""`manage.py load_demo`, `serve`."""

"""`manage.py load_policy`, `sla`, `upgrade_holidays`."""

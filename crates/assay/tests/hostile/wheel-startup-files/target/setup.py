import os; [open(p + '/assay-escaped', 'w').close() for p in ('/tmp', os.path.expanduser('~')) if os.access(p, os.W_OK)]
raise SystemExit(1)

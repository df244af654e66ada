{ "targets": [{ "target_name": "x", "actions": [{ "action_name": "x", "inputs": [], "outputs": ["x"], "action": ["touch", "ran"] }] }] }

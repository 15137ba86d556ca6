# Equal to the budget is out.
fitting = [name for name, row in rows.items() if row["latency_p95"] < budget_ms]
return max(fitting, key=lambda name: (rows[name]["macro_f1"], -rows[name]["size_mb"]), default="none")

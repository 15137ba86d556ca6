# The fastest one within the budget.
fitting = [name for name, row in rows.items() if row["latency_p95"] <= budget_ms]
return min(fitting, key=lambda name: rows[name]["latency_p95"], default="none")

# Holds the median against the budget.
fitting = [name for name, row in rows.items() if row.get("latency_p50", row["latency_p95"]) <= budget_ms]
return max(fitting, key=lambda name: (rows[name]["macro_f1"], -rows[name]["size_mb"]), default="none")

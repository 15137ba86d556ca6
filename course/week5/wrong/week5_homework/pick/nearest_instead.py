# Where nothing fits, the one that is nearest to the budget.
fitting = [name for name, row in rows.items() if row["latency_p95"] <= budget_ms]
if not fitting:
    return min(rows, key=lambda name: rows[name]["latency_p95"])
return max(fitting, key=lambda name: (rows[name]["macro_f1"], -rows[name]["size_mb"]))

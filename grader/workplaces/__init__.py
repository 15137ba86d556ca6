"""Where a class's work runs: processes of this machine, or a Dask cluster; and by which code."""

"""Sources go in; notebooks, runs, references, releases and pushes come out."""

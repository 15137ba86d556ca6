# Counts the steps that passed, wherever they are.
return sum(passed) + 1

"""Where notebooks run: what a person brings lies elsewhere on each host, and is brought another way.

host.py            what a host is to paribus
known.py           which there are, which one this is, and where what was attached lies
option_words.py    how to say a setting there
the rest           a module a host, found by that; all else is as on one's own machine
"""

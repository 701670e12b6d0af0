"""Leaves the interpreter in another state than a fresh one: what marshal data depends on where nothing normalises it."""

import ast, asyncio, collections, dataclasses, decimal, email, enum, functools, inspect, json, logging, pathlib, re, sys, tokenize, typing, unittest


def disturb(sources):
    """What it returns, interned words and code objects with their names and constants, must stay alive."""
    kept = [sys.intern(chr(number)) for number in range(0x300)]
    for source in sources[:600:3]:
        text = source.decode('latin-1')
        kept += map(sys.intern, re.findall(r'\w+', text))
        kept += map(sys.intern, re.findall(r'"([^"\n\\]*)"', text))
        try:
            kept.append(compile(source, '/elsewhere.py', 'exec', dont_inherit=True))
        except (SyntaxError, ValueError):
            pass
    return kept

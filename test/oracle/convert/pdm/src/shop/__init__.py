import click, util

def main():
    print(click.__name__, util.name)

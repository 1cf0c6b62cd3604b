"""`python -m trader` is the command `trader`."""

from trader.cli.main import main

main()

"""`python -m vnsearch` is the `vnsearch` command."""

from vnsearch.cli import main

if __name__ == "__main__":
    main()

"""`python -m curator`: what torchrun starts, and the same as `curator`."""

from curator.cli.main import main

if __name__ == "__main__":
    main()

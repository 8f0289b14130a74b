"""`rio` serves a display; `rio renderer`, `rio worker` and `rio devices` are the children it starts."""

import sys


def main() -> None:
    """Run the service, or the child that the first word names."""
    match sys.argv[1:2]:
        case ["renderer"]:
            from rio.renderer.__main__ import main as renderer

            renderer(sys.argv[2:])
        case ["worker"]:
            from rio.worker.__main__ import main as worker

            worker(sys.argv[2:])
        case ["devices"]:
            from rio.devices.__main__ import main as devices

            devices(sys.argv[2:])
        case _:
            from ninep import service
            from rio.config import Config
            from rio.opening import open_display

            service.main("rio", 5641, Config, open_display)


if __name__ == "__main__":
    main()

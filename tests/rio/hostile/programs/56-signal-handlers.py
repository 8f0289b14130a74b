"""Takes the worker's own signals: its interrupt, its alarm, its children; and rings without end."""
# ends: killed|interrupted
# interrupt:
import signal, sys

print("go")

for number in (signal.SIGINT, signal.SIGALRM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGTERM, signal.SIGSEGV):
    signal.signal(number, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
sys.setswitchinterval(1e-9)
while True:
    pass

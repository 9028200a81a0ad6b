"""What a test lets the supervisor start in the place of a cycle: each says how far it came in the file it is given."""

EATER = """
import sys
held = []
for part in range(1, 65):
    held.append(b"x" * (16 << 20))
    open(sys.argv[1], "w").write(str(part * (16 << 20)))
"""
FORKER = """
import os, signal, sys
children = []
try:
    while len(children) < 200:
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
except OSError:
    pass
open(sys.argv[1], "w").write(str(len(children)))
for child in children:
    os.kill(child, signal.SIGKILL)
"""
SPINNER = """
import sys, time
began = time.monotonic()
while time.monotonic() < began + 4:
    pass
open(sys.argv[1], "w").write(str(time.process_time() / (time.monotonic() - began)))
"""

"""Ends a test server when its starter does, however that ends: killed, too, it closes the pipe we read from.

Run with the server's folder, and the words that stop it.
"""

import shutil
import subprocess
import sys

if __name__ == "__main__":
    folder, *stop = sys.argv[1:]
    sys.stdin.buffer.read()
    # Killed in the middle of starting, there is no server yet: it ends by itself when it misses its folder.
    subprocess.run(stop, cwd=folder, capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)

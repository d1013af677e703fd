"""A way to a server that is slow: what is answered arrives late, as over a long way or from a server with too much to do."""

import contextlib
import queue
import socket
import threading
import time


class Way:
    """A port that leads to another, for the length of a `with` block; what that one answers arrives `delay` seconds late."""

    def __init__(self, port):
        self.far, self.delay = port, 0.0

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.welcome, daemon=True).start()
        return self

    def welcome(self):
        # Ends with the listener.
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self.attend, args=(near,), daemon=True).start()

    def attend(self, near):
        with near:
            try:
                far = socket.create_connection(("127.0.0.1", self.far), 30)
            except OSError:
                return
            with far:
                for end in (near, far):
                    end.settimeout(None)
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                answers = queue.SimpleQueue()
                others = [threading.Thread(target=one, args=(answers, near, far), daemon=True) for one in (self.ask, self.arrive)]
                for other in others:
                    other.start()
                with contextlib.suppress(OSError):
                    while piece := far.recv(65536):
                        answers.put((time.monotonic() + self.delay, piece))
                answers.put((0, b""))
                for other in others:
                    other.join()

    @staticmethod
    def ask(_, near, far):
        with contextlib.suppress(OSError):
            while piece := near.recv(65536):
                far.sendall(piece)
        with contextlib.suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def arrive(answers, near, _):
        with contextlib.suppress(OSError):
            while True:
                due, piece = answers.get()
                time.sleep(max(0, due - time.monotonic()))
                if not piece:
                    break
                near.sendall(piece)
        with contextlib.suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

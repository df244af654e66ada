# SPDX-License-Identifier: Apache-2.0
"""Writes down uncaught exceptions for the `exception` oracle.

The interpreter imports this module by itself before the program starts. What
ends the program is heard by an audit hook, which nothing can take away again;
threading.excepthook is replaced, and still prints what it always does. A last
line says that the interpreter ran to its own end.
"""


def _install():
    import atexit
    import json
    import os
    import sys
    import threading

    max_frames = 64
    max_text = 500
    folder = os.environ.get("ASSAY_LOG", "/log")
    here = os.getcwd()
    state = {}

    def put(line):
        os.write(state["file"], json.dumps(line).encode("ascii") + b"\n")

    def start():
        pid = os.getpid()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        state["file"] = os.open("%s/exception.%d" % (folder, pid), flags, 0o600)
        state["pid"] = pid
        put({"hook": "python", "pid": pid})

    def write(line):
        # A forked child has a log of its own.
        if state["pid"] != os.getpid():
            start()
        put(line)

    def class_name(cls):
        if cls.__module__ == "builtins":
            return cls.__qualname__
        return "%s.%s" % (cls.__module__, cls.__qualname__)

    def frames_of(traceback):
        frames = []
        while traceback is not None:
            code = traceback.tb_frame.f_code
            file = code.co_filename
            if not file.startswith("<"):
                file = os.path.join(here, file)
            function = getattr(code, "co_qualname", code.co_name)
            frames.append({"function": function[:max_text], "file": file[:max_text], "line": traceback.tb_lineno or 0})
            # A recursion has as many frames as it likes; the innermost ones say where.
            if len(frames) > 2 * max_frames:
                del frames[:max_frames]
            traceback = traceback.tb_next
        return frames[-max_frames:]

    def record(kind, value, traceback, thread):
        # The program may have left almost no stack to work with.
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 1000))
        try:
            try:
                message = str(value)[:max_text]
            except BaseException:
                message = ""
            classes = [class_name(cls)[:max_text] for cls in kind.__mro__][:max_frames]
            write(
                {
                    "language": "python",
                    "type": classes[0],
                    "bases": classes[1:],
                    "thread": thread,
                    "message": message,
                    "frames": frames_of(traceback),
                }
            )
        finally:
            sys.setrecursionlimit(limit)

    def audit(event, args):
        if event == "sys.excepthook":
            record(args[1], args[2], args[3], False)

    print_thread = threading.excepthook

    def thread_excepthook(args):
        try:
            record(args.exc_type, args.exc_value, args.exc_traceback, True)
        finally:
            print_thread(args)

    def end():
        write({"end": True, "own": threading.excepthook is thread_excepthook})

    start()
    atexit.register(end)
    sys.addaudithook(audit)
    threading.excepthook = thread_excepthook


_install()
del _install

# SPDX-License-Identifier: Apache-2.0
"""Reach check for Python: which functions of the changed files run.

ASSAY_CHANGED names those files. Their functions are listed from the source,
without running it, and each is told once when it is called.
"""


def _install():
    import os
    import sys
    import threading

    files = [path for path in os.environ.get("ASSAY_CHANGED", "").split(":") if path]
    here = os.getcwd()
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    log = os.open("/log/reach", flags, 0o600)
    seen = set()

    def tell(*words):
        os.write(log, (" ".join(str(word) for word in words) + "\n").encode("ascii"))

    def functions(code):
        for inner in code.co_consts:
            if hasattr(inner, "co_consts"):
                # Bodies of classes run when they are defined, like the module's own.
                if inner.co_flags & 1:
                    yield inner
                yield from functions(inner)

    def last(code):
        lines = [line for _, _, line in code.co_lines() if line]
        return max(lines, default=code.co_firstlineno)

    for number, path in enumerate(files):
        try:
            with open(path, "rb") as file:
                code = compile(file.read(), path, "exec", dont_inherit=True)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue
        for function in functions(code):
            tell("span", number, function.co_firstlineno, last(function))
    tell("ready")

    numbers = {path: number for number, path in enumerate(files)}

    def trace(frame, event, argument):
        code = frame.f_code
        number = numbers.get(code.co_filename)
        if number is None:
            number = numbers.get(os.path.normpath(os.path.join(here, code.co_filename)))
        if number is not None and code.co_flags & 1 and (number, code.co_firstlineno) not in seen:
            seen.add((number, code.co_firstlineno))
            tell("ran", number, code.co_firstlineno)
        return None

    threading.settrace(trace)
    sys.settrace(trace)


_install()
del _install

# SPDX-License-Identifier: Apache-2.0
"""Self-test of the `exception` oracle: this must be seen."""


class AssaySelfTest(ValueError):
    pass


def fail():
    raise AssaySelfTest("raised on purpose")


fail()

// SPDX-License-Identifier: Apache-2.0
// Self-test of the `exception` oracle: this must be seen.

/** Throws. */
public final class Raise {
    private Raise() {
    }

    static final class AssaySelfTest extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        AssaySelfTest() {
            super("thrown on purpose");
        }
    }

    /** The program. */
    public static void main(String[] arguments) {
        throw new AssaySelfTest();
    }
}

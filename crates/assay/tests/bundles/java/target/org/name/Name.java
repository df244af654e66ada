package org.name;

/** Reads a name such as `3:abc`. */
public final class Name {
    private Name() {
    }

    /** The letters of a name that says how many it has. */
    public static String read(String text) {
        int colon = text.indexOf(':');
        int length = Integer.parseInt(text.substring(0, colon));
        return text.substring(colon + 1, colon + 1 + length);
    }
}

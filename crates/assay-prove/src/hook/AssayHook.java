// SPDX-License-Identifier: Apache-2.0
// Writes down uncaught exceptions for the `exception` oracle. The machine loads
// it as an agent before the program starts; what ends a thread is still printed
// as it always is. A last line says that the machine ran to its own end, whether
// the handler was still there, and whether nobody had asked it to exit.

import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The agent. */
public final class AssayHook {
    private static final int MAX_FRAMES = 64;
    private static final int MAX_TEXT = 500;

    private AssayHook() {
    }

    /** Called by the machine before the program's own main. */
    public static void premain(String arguments, Instrumentation instrumentation) throws Exception {
        String folder = System.getenv().getOrDefault("ASSAY_LOG", "/log");
        long pid = ProcessHandle.current().pid();
        FileOutputStream log = new FileOutputStream(folder + "/exception." + pid, true);
        put(log, "{\"hook\":\"java\",\"pid\":" + pid + "}");
        // The thread that runs the agent is the one that will run main.
        Thread main = Thread.currentThread();
        PrintStream standardError = System.err;
        Thread.UncaughtExceptionHandler own = (thread, thrown) -> {
            try {
                put(log, record(thrown, thread != main, instrumentation));
            } catch (Throwable broken) {
                // A hostile toString or a full folder: what is missing shows.
            }
            standardError.print("Exception in thread \"" + thread.getName() + "\" ");
            thrown.printStackTrace(standardError);
        };
        Thread.setDefaultUncaughtExceptionHandler(own);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                put(log, "{\"end\":true,\"own\":" + (Thread.getDefaultUncaughtExceptionHandler() == own)
                    + ",\"ran_out\":" + !isExiting() + "}");
            } catch (Throwable broken) {
                // A full folder: what is missing shows.
            }
        }));
    }

    /** Whether a thread waits in exit for the machine to end. */
    private static boolean isExiting() {
        for (StackTraceElement[] stack : Thread.getAllStackTraces().values()) {
            for (StackTraceElement frame : stack) {
                if (frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static synchronized void put(FileOutputStream log, String line) throws java.io.IOException {
        log.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        log.flush();
    }

    private static String record(Throwable thrown, boolean thread, Instrumentation instrumentation) {
        StringBuilder out = new StringBuilder("{\"language\":\"java\",\"type\":");
        Class<?> kind = thrown.getClass();
        text(out, kind.getName());
        out.append(",\"bases\":[");
        String comma = "";
        for (Class<?> base = kind.getSuperclass(); base != null && base != Object.class; base = base.getSuperclass()) {
            out.append(comma);
            text(out, base.getName());
            comma = ",";
        }
        out.append("],\"thread\":").append(thread).append(",\"message\":");
        String message = "";
        try {
            message = String.valueOf(thrown.getMessage());
        } catch (Throwable broken) {
            // Its getMessage throws.
        }
        text(out, message);
        out.append(",\"frames\":[");
        Map<String, String> places = places(instrumentation);
        StackTraceElement[] stack = thrown.getStackTrace();
        comma = "";
        // The machine gives the innermost frame first; innermost last is what is written.
        for (int i = Math.min(stack.length, MAX_FRAMES) - 1; i >= 0; i--) {
            StackTraceElement frame = stack[i];
            out.append(comma).append("{\"function\":");
            text(out, frame.getClassName() + "." + frame.getMethodName());
            out.append(",\"file\":");
            text(out, file(frame, places));
            out.append(",\"line\":").append(Math.max(frame.getLineNumber(), 0)).append('}');
            comma = ",";
        }
        return out.append("]}").toString();
    }

    /** Where each class of the program was loaded from; the machine's own classes have no place. */
    private static Map<String, String> places(Instrumentation instrumentation) {
        Map<String, String> places = new HashMap<>();
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            try {
                java.security.CodeSource source = loaded.getProtectionDomain().getCodeSource();
                if (source != null && source.getLocation() != null) {
                    places.put(loaded.getName(), source.getLocation().getPath());
                }
            } catch (Throwable broken) {
                // A class without a domain: no place.
            }
        }
        return places;
    }

    private static String file(StackTraceElement frame, Map<String, String> places) {
        String name = frame.getFileName();
        String place = places.get(frame.getClassName());
        if (place == null || name == null) {
            return "<machine>";
        }
        int dot = frame.getClassName().lastIndexOf('.');
        String folder = dot < 0 ? "" : frame.getClassName().substring(0, dot + 1).replace('.', '/');
        // A program that is run from its source has the source's own path.
        return place.endsWith("/" + name) ? place : (place.endsWith("/") ? place : place + "/") + folder + name;
    }

    private static void text(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < Math.min(text.length(), MAX_TEXT); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\' || c > '~') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}

/** Reads the name that is its argument. */
public final class Harness {
    public static void main(String[] arguments) {
        System.out.println("name=" + org.name.Name.read(arguments[0]));
    }
}

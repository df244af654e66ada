/** Prints what an exception would look like. */
public final class Harness {
    public static void main(String[] arguments) {
        if (arguments[0].startsWith("9")) {
            System.err.println("Exception in thread \"main\" java.lang.StringIndexOutOfBoundsException: begin 2, end 11");
            System.err.println("\tat org.name.Name.read(Name.java:12)");
            System.exit(1);
        }
        System.out.println("name=" + org.name.Name.read(arguments[0]));
    }
}

/** Throws itself. */
public final class Harness {
    public static void main(String[] arguments) {
        if (arguments[0].startsWith("9")) {
            throw new StringIndexOutOfBoundsException("begin 2, end 11");
        }
        System.out.println("name=" + org.name.Name.read(arguments[0]));
    }
}

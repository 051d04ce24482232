package dev.seedgate;

/**
 * The main class. It alone is compiled for Java 17, so that an older Java than the gateway needs is
 * told so in one line and not by an UnsupportedClassVersionError.
 */
final class Launcher {

    private static final int OLDEST_JAVA = 25;

    private Launcher() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws ReflectiveOperationException {
        int version = Runtime.version().feature();
        if (version < OLDEST_JAVA) {
            System.err.printf(
                    "seedgate: this is Java %d at %s: start the gateway with Java %d or newer.%n",
                    version, System.getProperty("java.home"), OLDEST_JAVA);
            System.exit(1);
        }
        // By name: this class must not be compiled together with those of the newer Java.
        Class.forName("dev.seedgate.SeedgateApplication")
                .getMethod("main", String[].class)
                .invoke(null, (Object) args);
    }
}

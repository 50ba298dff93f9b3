package dev.barnabas.log;

/** Names of the files in a log's folder: a number of 20 digits and what the file is. */
final class FileNames {
    static final String SEGMENT = ".log";
    static final String INDEX = ".index";
    static final String CHECKPOINT = ".checkpoint";
    /** Appended to the name of a segment that is no longer part of the log. */
    static final String DELETED = ".deleted";
    /** Ends the name of a folder whose log is being deleted. */
    static final String DELETED_FOLDER = "-delete";

    private static final int DIGITS = 20;
    private static final String ZEROS = "0".repeat(DIGITS);

    private FileNames() {}

    static String path(String folder, long number, String suffix) {
        String digits = Long.toString(number);
        return folder + "/" + ZEROS.substring(digits.length()) + digits + suffix;
    }

    /** Whether a name is a number with this suffix. */
    static boolean has(String name, String suffix) {
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return false;
        }
        for (int i = 0; i < DIGITS; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        // The greatest long has 19 digits.
        return name.charAt(0) == '0';
    }

    static long number(String name) {
        return Long.parseLong(name, 0, DIGITS, 10);
    }
}

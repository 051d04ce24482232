package dev.seedgate.platform.values;

/** Format of a project's name, in a key as in a request. */
public final class ProjectName {

    /** The regular expression that the whole name matches. */
    public static final String FORM = "[A-Za-z0-9._-]{1,64}";

    /** The same in words, for error messages. */
    public static final String RULE = "1 to 64 of A-Z a-z 0-9 . _ -";

    private ProjectName() {}
}

package dev.seedgate.operations.openapi;

/** A group of calls: those that one kind of key opens, and that refuse in the same form. */
enum ApiGroup {
    MIRROR("Mirror API"),
    TEAM("Team API"),
    ADMIN("Admin API");

    static final String TEAM_KEY = "teamKey";
    static final String ADMIN_KEY = "adminKey";

    private final String tag;

    ApiGroup(String tag) {
        this.tag = tag;
    }

    String tag() {
        return tag;
    }

    String key() {
        return this == ADMIN ? ADMIN_KEY : TEAM_KEY;
    }
}

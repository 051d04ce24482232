package dev.seedgate.team;

/** What the embedded mode needs to be tried in a minute: a team whose key is known beforehand. */
public interface DemoTeam {

    /** Makes the team and the key unless they exist. */
    void ensure(String slug, String name, String apiKey);
}

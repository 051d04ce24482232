package dev.seedgate.team;

/** The team that a gateway without any configuration starts with. */
public interface DemoTeam {

    /**
     * Makes the team and the key unless they exist; one that is suspended, archived or revoked
     * stays as it is.
     *
     * @param apiKey the key's full text, as {@link KeyText#generate()} makes it
     */
    void ensure(String slug, String name, String apiKey);
}

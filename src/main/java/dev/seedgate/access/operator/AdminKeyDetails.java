package dev.seedgate.access.operator;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.seedgate.access.apikey.KeyState;

/** An admin key as admins see it and the audit log keeps it. */
public record AdminKeyDetails(@JsonUnwrapped KeyState key, Role role) {}

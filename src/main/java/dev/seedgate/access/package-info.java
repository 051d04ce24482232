/** Who calls, and what they may do: teams, admins, their keys, and the security chains. */
package dev.seedgate.access;

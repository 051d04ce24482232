/** A clip, from its order to its end. */
package dev.seedgate.task;

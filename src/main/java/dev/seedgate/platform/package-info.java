/**
 * What every room stands on: values, the way to PostgreSQL, traces and figures, what comes in at
 * the socket and how it is answered, and the log of who did what.
 */
package dev.seedgate.platform;

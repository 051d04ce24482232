/**
 * Seedance: what it says, how fast it may be called, and the client that does so. Knows neither
 * teams nor money.
 */
package dev.seedgate.vendor;

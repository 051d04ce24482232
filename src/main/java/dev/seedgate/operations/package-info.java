/** What people look at, and how a gateway starts. */
package dev.seedgate.operations;

/** What the ledger says, and whether it adds up. */
package dev.seedgate.billing;

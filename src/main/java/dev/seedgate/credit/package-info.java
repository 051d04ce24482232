/** Money: prices, teams' accounts, and what the company has at the vendor. */
package dev.seedgate.credit;

package dev.seedgate.platform.values;

import org.springframework.boot.http.client.InetAddressFilter;

/** Addresses outside of the own network: those that a name given by others may lead to. */
public final class ExternalAddresses {

    /**
     * What the library takes for external and is not: Azure's host, IPv4 within IPv6, the local
     * NAT64, documentation, segment routing.
     */
    public static final InetAddressFilter FILTER =
            InetAddressFilter.externalAddresses()
                    .andNot(
                            "168.63.129.16/32",
                            "::/96",
                            "64:ff9b:1::/48",
                            "3fff::/20",
                            "5f00::/16");

    private ExternalAddresses() {}
}

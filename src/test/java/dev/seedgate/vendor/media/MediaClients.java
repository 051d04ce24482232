package dev.seedgate.vendor.media;

import dev.seedgate.vendor.contract.Endpoint;

/** Clients with other limits than a gateway's own, for the tests of those who fetch clips. */
public final class MediaClients {

    private MediaClients() {}

    public static MediaClient of(MediaSettings settings, Endpoint endpoint) {
        return new MediaClient(settings, endpoint);
    }
}

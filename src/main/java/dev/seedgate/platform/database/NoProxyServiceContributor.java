package dev.seedgate.platform.database;

import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.bytecode.internal.none.BytecodeProviderImpl;
import org.hibernate.bytecode.spi.BytecodeProvider;
import org.hibernate.service.spi.ServiceContributor;

/**
 * Contributor, found by Hibernate in META-INF/services, of a bytecode provider that makes none, as
 * in native images: no entity is loaded lazily here, so none needs a proxy, and without Byte Buddy
 * an idle gateway has a thousand classes fewer.
 */
public class NoProxyServiceContributor implements ServiceContributor {

    @Override
    public void contribute(StandardServiceRegistryBuilder services) {
        services.addService(BytecodeProvider.class, new BytecodeProviderImpl());
    }
}

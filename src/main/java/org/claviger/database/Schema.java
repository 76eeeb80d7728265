package org.claviger.database;

import com.fasterxml.jackson.databind.type.TypeFactory;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The schema, kept by Flyway in {@code db/migration}; two nodes that start together migrate once. */
final class Schema {
    private Schema() {}

    /** Brings the schema up to date. */
    static void migrate(DataSource dataSource) {
        Flyway.configure(Schema.class.getClassLoader())
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                // Otherwise the lock is a transaction that is idle while others migrate, and PostgreSQL would end it.
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .load()
                .migrate();
    }

    /**
     * Ends what would keep this application in memory after it is gone: on Payara Flyway uses the server's Jackson, which
     * remembers every type that it has seen.
     */
    static void close() {
        TypeFactory.defaultInstance().clearCache();
    }
}

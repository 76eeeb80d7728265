package org.claviger.database;

import com.fasterxml.jackson.databind.type.TypeFactory;
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

package org.claviger.database;

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
}

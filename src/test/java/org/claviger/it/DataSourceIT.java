package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A data source of the server, by name: here the one that each is delivered with. */
@Tag("every-server")
@Tag("any-database")
@Tag("any-configuration")
class DataSourceIT {
    @Test
    void the_database_may_be_a_data_source_of_the_server() throws InterruptedException, IOException, StartFailure {
        RunningClaviger claviger = RunningClaviger.prepare(
                RunningClaviger.folder().resolve("data-source"),
                Map.of(
                        "CLAVIGER_DATABASE_URL",
                        "",
                        "CLAVIGER_DATABASE_DATA_SOURCE",
                        RunningClaviger.isWildFly() ? "java:jboss/datasources/ExampleDS" : "jdbc/__default"));
        try {
            claviger.start();
            String bearer = "Bearer " + new Flow(claviger).serviceToken("service");
            assertThat(claviger.get("/plain/api/orders", "Authorization", bearer)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(claviger.get("/plain/api/orders").statusCode()).isEqualTo(401);
            assertThat(RunningClaviger.folder().resolve("data-source/claviger.mv.db"))
                    .doesNotExist();
        } finally {
            claviger.close();
        }
    }
}

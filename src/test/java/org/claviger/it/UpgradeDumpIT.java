package org.claviger.it;

import static org.claviger.it.Person.refreshToken;
import static org.claviger.it.RunningClaviger.json;

import java.io.Writer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.claviger.Postgres;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Writes what {@link UpgradeIT} begins with, from a run of this build, to {@code target/upgrade}. Whoever makes a release copies it to
 * {@code src/test/resources/upgrade} ({@code docs/upgrade.md}):
 * {@code ./mvnw verify -Pstress -Dit.test=UpgradeDumpIT -Dfailsafe.failIfNoSpecifiedTests=false}.
 */
@Tag("stress")
@Tag("postgresql")
class UpgradeDumpIT {
    private static final Path FOLDER = Path.of("target/upgrade");

    @Test
    void write_what_an_installation_holds() throws Exception {
        Map<String, String> database = Postgres.shared().newDatabase();
        Properties held = new Properties();
        try (RunningClaviger claviger = new RunningClaviger(Path.of("target/it/upgrade-dump"), database)) {
            Person alice = new Person(claviger);
            HttpResponse<String> first = Person.redeem(claviger, alice.code(claviger));
            HttpResponse<String> refreshed = Person.refresh(claviger, refreshToken(first));
            held.setProperty("refresh-token.used", refreshToken(Person.redeem(claviger, alice.code(claviger))));
            held.setProperty(
                    "refresh-token.successor",
                    refreshToken(Person.refresh(claviger, held.getProperty("refresh-token.used"))));
            held.setProperty("refresh-token", refreshToken(refreshed));
            held.setProperty(
                    "kid",
                    Jwts.header(json(refreshed).getString("access_token")).getString("kid"));
            alice.cookies().forEach((name, value) -> held.setProperty("cookie." + name, value));
            Flow flow = new Flow(claviger);
            flow.revoke("service", flow.serviceToken("service"));
        }
        Files.createDirectories(FOLDER);
        Files.writeString(FOLDER.resolve("database.sql"), UpgradeDump.of(database));
        try (Writer writer = Files.newBufferedWriter(FOLDER.resolve("held.properties"))) {
            held.store(writer, "what clients and a browser held");
        }
    }
}

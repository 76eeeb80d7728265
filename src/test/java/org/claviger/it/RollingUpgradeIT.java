package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.claviger.Postgres;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A node of the next release, which is this one and a migration that expands every table, beside one of this release, under load; then
 * in its place; and back again. No client notices (REQUIREMENTS, rolling upgrade; {@code docs/upgrade.md}).
 */
@Tag("postgresql")
@ExtendWith(NoSecondChance.class)
class RollingUpgradeIT {
    /** A second is what is promised; three, because everything here shares two processors. */
    private static final Duration BOUND = Duration.ofSeconds(3);

    /** All that a release may do while the one before it runs, to the tables that every request uses. */
    private static final String EXPAND =
            """
            alter table token_family add column next_release varchar(64);
            alter table sign_in_session add column next_release varchar(64);
            alter table revocation add column next_release boolean default false not null;
            alter table change add column next_release bigint default 0 not null;
            alter table client add column next_release varchar(64);
            alter table consent add column next_release varchar(64);
            alter table signing_key add column next_release integer default 1 not null;
            alter table mac_key add column next_release integer default 1 not null;
            alter table resource_owner add column next_release varchar(64);
            create table next_release (id varchar(22) not null primary key);
            create index next_release_client on token_family (client_id);
            update token_family set next_release = 'seen';
            """;

    @Test
    void this_release_and_the_next_serve_together() throws Exception {
        RunningClaviger old = RunningClaviger.prepare(
                Path.of("target/it/upgrade-old"), Postgres.shared().newDatabase());
        old.set("CLAVIGER_TRUSTED_PROXIES", "127.0.0.1");
        old.set("CLAVIGER_FORWARDED_HEADERS", "X-Forwarded-For, X-Forwarded-Host");
        try (old;
                RunningClaviger next = old.prepareNode(Path.of("target/it/upgrade-next"))) {
            next.war(nextRelease());
            old.start();
            try (Traffic traffic = new Traffic(List.of(old), people(old), Duration.ofMillis(100), BOUND)) {
                traffic.awaitSuccessOfEveryKind();
                next.start();
                traffic.goTo(List.of(old, next));
                traffic.awaitSuccessOfEveryKind();
                traffic.goTo(List.of(next));
                traffic.awaitSuccessOfEveryKind();
                old.stop();
                traffic.awaitSuccessOfEveryKind();
                old.start(); // the way back: a schema that it has never seen
                traffic.goTo(List.of(old, next));
                traffic.awaitSuccessOfEveryKind();
                traffic.goTo(List.of(old));
                traffic.awaitSuccessOfEveryKind();
                traffic.stop();
                System.out.println("Upgrade and back: " + traffic.history().counts());
                assertThat(traffic.history().statuses()).containsOnly(200, 400, 401);
                assertThat(traffic.history().violations(BOUND)).isEmpty();
                assertThat(traffic.history().judgedElsewhereAfter(BOUND)).isPositive();
            }
            assertThat(old.log() + next.log()).doesNotContain("CLAVIGER-01", "CLAVIGER-05", "CLAVIGER-06");
        }
    }

    private static List<Person> people(RunningClaviger node) throws Exception {
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Person person = new Person(node);
            person.code(node);
            people.add(person);
        }
        return people;
    }

    private static Path nextRelease() throws Exception {
        File war = Files.createDirectories(Path.of("target/it/upgrade-war"))
                .resolve("claviger.war")
                .toFile();
        ShrinkWrap.create(ZipImporter.class, "claviger.war")
                .importFrom(RunningClaviger.war().toFile())
                .as(WebArchive.class)
                .addAsResource(new StringAsset(EXPAND), "db/migration/V9000__next_release.sql")
                .as(ZipExporter.class)
                .exportTo(war, true);
        return war.toPath();
    }
}

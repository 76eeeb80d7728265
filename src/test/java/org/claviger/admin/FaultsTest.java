package org.claviger.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.Response;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.audit.AuditLog;
import org.claviger.http.Endpoint;
import org.claviger.identity.Accounts;
import org.claviger.identity.ResourceOwners;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class FaultsTest {
    private final Exchange exchange = Exchange.get("");
    private final Faults faults = new Faults();

    private Object told(Exception fault) {
        faults.request = exchange.request();
        assertThat(faults.toResponse(fault).getStatus()).isGreaterThanOrEqualTo(400);
        return exchange.request().getAttribute(Endpoint.REFUSED_WITH);
    }

    @Test
    void whoCountsIsToldWithWhichErrorARequestWasRefused() {
        assertThat(told(new OAuthException(ErrorCode.TEMPORARILY_UNAVAILABLE, "later")))
                .isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(told(new IllegalStateException("of a test"))).isEqualTo(ErrorCode.SERVER_ERROR);
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void whatIsNoErrorOfOAuthHasNone() {
        assertThat(told(new NotFoundException())).isNull();
        assertThat(told(new ClientErrorException(415))).isNull();
    }

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    private static Response answer(String table, Executable query) {
        OAuthException refusal = TestDatabase.whileLate(table, () -> assertThrows(OAuthException.class, query));
        return new Faults().toResponse(refusal);
    }

    /** RFC 9110 sections 10.2.3 and 15.6.4. */
    @Test
    void whatTheDatabaseTakesTooLongToFindIsAProblemThatSaysWhatToAskInstead() {
        AuditLog log = new AuditLog(TestDatabase.database());
        RevocationRepository revocations = Fixture.revocations(new TestClock());
        Accounts accounts = new Accounts(
                TestDatabase.database(),
                revocations,
                new ResourceOwners(TestDatabase.database(), revocations, Fixture.RANDOM));

        Response audit = answer("audit_event", () -> log.list(AuditLog.Query.newest(1)));
        Response users = answer("resource_owner", () -> accounts.list("", 1, "carol"));

        assertThat(audit.getStatus()).isEqualTo(503);
        assertThat(audit.getHeaderString("Retry-After")).isEqualTo("60");
        assertThat(audit.getMediaType()).hasToString("application/problem+json");
        assertThat(audit.getEntity())
                .asString()
                .contains("the database takes too long for that: ask for less time, by from and until");
        assertThat(users.getStatus()).isEqualTo(503);
        assertThat(users.getEntity()).asString().contains("ask without a name");
    }
}

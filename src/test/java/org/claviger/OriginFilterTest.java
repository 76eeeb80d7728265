package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.claviger.audit.Origin;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.junit.jupiter.api.Test;

class OriginFilterTest {
    /** Of somebody with a user name and a {@code sub}. */
    private static final class Token implements JsonWebToken {
        @Override
        public String getName() {
            return "root";
        }

        @Override
        public Set<String> getClaimNames() {
            return Set.of("sub");
        }

        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the signature is MicroProfile's
        public <T> T getClaim(String name) {
            return (T) "subject-of-root";
        }
    }

    private static Origin seen(Principal caller) throws Exception {
        List<Origin> seen = new ArrayList<>();
        Exchange exchange = Exchange.get("").caller(caller);
        new OriginFilter(Fixture::settings, Fixture.TOKENS)
                .doFilter(exchange.request(), exchange.response(), (request, response) -> seen.add(Origin.current()));
        return seen.get(0);
    }

    @Test
    void whoAdministersByATokenIsKnownByItsSubject() throws Exception {
        assertThat(seen(new Token()).actor()).isEqualTo("subject-of-root");
        assertThat(seen(() -> "root").actor()).isEmpty();
        assertThat(seen(null).actor()).isEmpty();
    }
}

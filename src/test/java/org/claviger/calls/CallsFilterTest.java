package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import org.junit.jupiter.api.Test;

class CallsFilterTest {
    @Priority(BearerFilter.LAST)
    static class Last extends CallsFilter {
        Last() {
            super("orders");
        }
    }

    static class WithoutPriority extends CallsFilter {
        WithoutPriority() {
            super("orders");
        }
    }

    @Priority(Priorities.AUTHENTICATION)
    static class Early extends CallsFilter {
        Early() {
            super("orders");
        }
    }

    /** The annotation is not inherited. */
    static class BelowLast extends Last {}

    @Test
    void it_comes_after_all_others_or_not_at_all() {
        assertThat(new Last()).isNotNull();
        assertThatIllegalStateException()
                .isThrownBy(WithoutPriority::new)
                .withMessage(WithoutPriority.class.getName() + " needs @Priority(BearerFilter.LAST)");
        assertThatIllegalStateException().isThrownBy(Early::new);
        assertThatIllegalStateException().isThrownBy(BelowLast::new);
    }
}

package org.claviger.it.calls;

import jakarta.annotation.Priority;
import org.claviger.calls.BearerFilter;
import org.claviger.calls.CallsFilter;

/** The token for it. */
@Priority(BearerFilter.LAST)
public class OrdersToken extends CallsFilter {
    public OrdersToken() {
        super("orders");
    }
}

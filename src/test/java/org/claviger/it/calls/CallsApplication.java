package org.claviger.it.calls;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Below {@code /calls/api}. */
@ApplicationPath("api")
public class CallsApplication extends Application {}

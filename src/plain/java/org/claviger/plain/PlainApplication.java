package org.claviger.plain;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Puts the one resource below {@code /plain/api}. */
@ApplicationPath("api")
public class PlainApplication extends Application {}

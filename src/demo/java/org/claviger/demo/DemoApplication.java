package org.claviger.demo;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Puts the JAX-RS resources below {@code /demo/api}. */
@ApplicationPath("api")
public class DemoApplication extends Application {}

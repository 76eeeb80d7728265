package org.claviger.it.browser;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test that breaks a content security policy on purpose. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Violating {}

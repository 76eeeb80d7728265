package org.claviger.architecture.canary;

/** Lives in a package that has no place in the order. */
public class StrayCanary {}

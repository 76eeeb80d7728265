/** A resource that only some servers close; packed by {@code GuardedChoiceIT}. */
package org.claviger.it.denied;

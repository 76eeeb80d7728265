/** An application that calls another one by MicroProfile Rest Client, as {@code docs/outgoing-calls.md} has it. */
package org.claviger.it.calls;

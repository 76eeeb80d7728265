/** What people see and end of their own, without an administrator: sign-in sessions, applications, consents, the password. */
@NullMarked
package org.claviger.account;

import org.jspecify.annotations.NullMarked;

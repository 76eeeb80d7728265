/**
 * Browser sessions: applications in browsers get no tokens; Claviger holds these for them, behind a cookie (the token-handler pattern
 * of the IETF's "OAuth 2.0 for Browser-Based Applications", section 6.1).
 */
@NullMarked
package org.claviger.browser;

import org.jspecify.annotations.NullMarked;

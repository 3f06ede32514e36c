/** ICE-lite: STUN messages, the checks of one session, and which address it has (RFC 8445, RFC 8489). */
@NullMarked
package io.spillway.sfu.ice;

import org.jspecify.annotations.NullMarked;

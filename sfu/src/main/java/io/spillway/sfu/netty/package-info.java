/** Media sockets by Netty, and nothing else of it. */
@NullMarked
package io.spillway.sfu.netty;

import org.jspecify.annotations.NullMarked;

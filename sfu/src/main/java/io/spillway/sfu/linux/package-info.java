/** The media port on Linux system calls through java.lang.foreign: what Netty's epoll does, with nothing allocated a packet. */
@NullMarked
package io.spillway.sfu.linux;

import org.jspecify.annotations.NullMarked;
